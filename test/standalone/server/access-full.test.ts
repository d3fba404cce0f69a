import { afterAll, describe, expect, it } from 'vitest';

import { describeAccess } from './access-matrix.ts';
import { prepareMatrix } from './matrix-system.ts';
import { openWholeSystem } from './whole-system.ts';
import type { WholeSystem } from './whole-system.ts';

let system: WholeSystem | undefined;
afterAll(async () => await system?.close());

describe('the outside, with all use cases', () => {
  describeAccess(async () => {
    system = await openWholeSystem();
    return await prepareMatrix(system.url, system.operatorKey);
  });

  it('met nothing unexpected on the way', () => {
    expect(system?.troubles).toEqual([]);
  });
});
