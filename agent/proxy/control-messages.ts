import * as z from 'zod';

import { processIdentity } from '#agent/processes/identity';
import { proxyConfiguration } from '#agent/proxy/configuration';
import { countedSecond } from '#agent/proxy/counts';

/** What a proxy writes beside its component's record once it can be reached. */
export const proxyRecord = z.strictObject({ id: z.string().regex(/^[a-z0-9-]{1,40}$/), version: z.string(), process: processIdentity, socket: z.string() });
export type ProxyRecord = z.infer<typeof proxyRecord>;

/** How a proxy is. Fields of a newer proxy are ignored. */
export const proxyState = z.object({
  id: z.string(),
  version: z.string(),
  /** The configuration it goes by; 0 before the first. */
  revision: z.int().min(0),
  ports: z.array(z.int()),
  /** Requests and upgraded connections under way, per instance. */
  inFlight: z.record(z.string(), z.int()),
  connections: z.int(),
  /** Whether it accepts nobody any more and ends when its connections have ended. */
  leaving: z.boolean(),
});
export type ProxyState = z.infer<typeof proxyState>;

/** What a proxy answers that has taken a configuration. */
export const configuredAnswer = z.object({ leaving: z.boolean() });

/** What a proxy has counted. */
export const countsAnswer = z.object({ seconds: z.array(countedSecond) });

/** Where a proxy finds what it needs; its arguments on the command line are one JSON text of this form. */
export const proxyStart = z.strictObject({
  id: z.string(),
  version: z.string(),
  socket: z.string(),
  recordPath: z.string(),
  /** Whether listening sockets are handed over by the proxy that started this one. */
  takesOver: z.boolean(),
});
export type ProxyStart = z.infer<typeof proxyStart>;

/** Asks a proxy to start its successor and to hand its listening sockets over to it. */
export const handOverRequest = z.strictObject({ executable: z.string(), arguments: z.array(z.string()), logPath: z.string() });
export type HandOverRequest = z.infer<typeof handOverRequest>;

/** What the old proxy tells its successor over their channel: what it was told, and how many `listener` follow, each with a listening socket. */
export const handOverMessage = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('listener'), port: z.int() }),
  z.strictObject({ kind: z.literal('state'), configuration: proxyConfiguration.nullable(), clients: z.array(z.tuple([z.string(), z.string()])), listeners: z.int() }),
]);
export type HandOverMessage = z.infer<typeof handOverMessage>;

/** What the successor answers once it accepts connections. */
export const takenOverMessage = z.strictObject({ kind: z.literal('taken-over') });
