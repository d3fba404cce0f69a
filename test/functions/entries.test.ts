import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { bundledFunctions } from '#contracts/function-table';

import { root } from '../architecture/project.ts';

const folder = join(root, 'functions');
const entries = readdirSync(folder).filter((name) => name.endsWith('.ts'));

it('each function of the table has its entry, and each entry is in the table', () => {
  expect(entries.map((name) => name.replace(/\.ts$/, '')).toSorted()).toEqual(bundledFunctions.toSorted());
});

it('an entry has at most 40 lines', () => {
  const long = entries.filter((name) => readFileSync(join(folder, name), 'utf8').trimEnd().split('\n').length > 40);
  expect(long).toEqual([]);
});
