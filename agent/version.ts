import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import * as z from 'zod';

/** The version of this package; proxies of another version are replaced by the agent that finds them. */
export const agentVersion = z.object({ version: z.string() }).parse(JSON.parse(readFileSync(createRequire(import.meta.url).resolve('sluice/package.json'), 'utf8'))).version;
