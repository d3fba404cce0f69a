import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import * as z from 'zod';

import { eventCatalogue } from '#contracts/events';

/** Writes the schema of each version of an event that has none yet. One that is there stays: it is what was promised when the version was new. */
const folder = join(import.meta.dirname, '..', 'test', 'samples', 'event-schemas');
for (const [type, { version, payload }] of Object.entries(eventCatalogue)) {
  const file = join(folder, `${type}.v${version}.json`);
  if (!existsSync(file)) writeFileSync(file, `${JSON.stringify(z.toJSONSchema(payload, { io: 'output', unrepresentable: 'any' }))}\n`);
}
