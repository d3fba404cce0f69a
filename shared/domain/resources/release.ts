import * as z from 'zod';

import { environmentVariable } from '#domain/resources/application';
import { digest, resourceName } from '#domain/resources/names';

/** What is run: a container image by digest, or a command with the files it needs by digest. Never a shell line. */
export const artefact = z.union([
  z.strictObject({ image: z.string().max(512).regex(/^[a-z0-9][\w.:/-]*@sha256:[0-9a-f]{64}$/, 'must be an image with its digest, as "registry/name@sha256:…"') }),
  z.strictObject({
    /** The executable and its arguments, passed on as they are. */
    command: z.array(z.string().min(1).max(4096)).min(1).max(100),
    workingDirectory: z.string().max(4096).optional(),
    /** Files whose content must match before anything is started; paths are relative to the working directory. */
    files: z.array(z.strictObject({ path: z.string().min(1).max(4096), digest })).max(100).default([]),
  }),
], { error: 'must be an image by digest ({image}) or a command ({command: […]})' });

/** One component's part of a release. */
export const releaseComponent = z.strictObject({
  name: resourceName,
  artefact,
  /** Variables of this release, over those of the application. */
  environment: z.array(environmentVariable).max(200).default([]),
});

/** An immutable set of artefacts with their configuration. */
export const releaseSpec = z.strictObject({
  application: resourceName,
  description: z.string().max(1000).optional(),
  components: z.array(releaseComponent).min(1).max(50),
});

export type Artefact = z.infer<typeof artefact>;
export type ReleaseComponent = z.infer<typeof releaseComponent>;
export type ReleaseSpec = z.infer<typeof releaseSpec>;
