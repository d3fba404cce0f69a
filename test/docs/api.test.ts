import { readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

import { apiPage } from '../../scripts/api-page.ts';

test('docs/api.md is what the tables say; `npm run docs` writes it anew', () => {
  expect(readFileSync(new URL('../../docs/api.md', import.meta.url), 'utf8')).toBe(apiPage());
});
