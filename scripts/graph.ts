import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { machines } from '#stepfunctions/machines';

import { machinePage } from './machine-page.ts';

/** Writes the page of each machine into docs/graphs; a test says when they are no longer those of the machines. */
const folder = join(dirname(import.meta.dirname), 'docs', 'graphs');
mkdirSync(folder, { recursive: true });
for (const [name, machine] of Object.entries(machines)) writeFileSync(join(folder, `${name}.md`), machinePage(name, machine));
