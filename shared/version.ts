import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import * as z from 'zod';

/** The version of this package, as its package.json has it: the control plane, the agent and the command line are of one version. */
export const version = z.object({ version: z.string() }).parse(JSON.parse(readFileSync(createRequire(import.meta.url).resolve('sluice/package.json'), 'utf8'))).version;
