import * as z from 'zod';

import { component } from '#domain/resources/application';
import { releaseName, resourceName, weightPercent } from '#domain/resources/names';

/** One side as the proxy sees it: who its requests are counted for, and where its instances listen on the loopback address. */
export const proxySide = z.strictObject({
  /** Tells this side from any other that the component ever had; sticky clients carry it. */
  key: z.string().regex(/^[0-9a-f]{8,64}$/),
  release: releaseName,
  instances: z.array(z.strictObject({ id: z.string(), port: z.int().min(1).max(65_535) })),
});

/** All that a proxy is told. A proxy takes a configuration whole, or not at all. */
export const proxyConfiguration = z.strictObject({
  /** Grows with every change; an older one is refused, so that two writers cannot undo each other. */
  revision: z.int().min(1),
  application: resourceName,
  component: resourceName,
  /** The address to listen on. */
  host: z.string(),
  ports: z.array(z.int().min(1).max(65_535)),
  sides: z.strictObject({ new: proxySide.nullable(), stable: proxySide.nullable() }),
  weightPercent,
  sticky: component.shape.sticky.unwrap().nullable(),
});

export type ProxySide = z.infer<typeof proxySide>;
export type ProxyConfiguration = z.infer<typeof proxyConfiguration>;
export type SideName = 'new' | 'stable';
