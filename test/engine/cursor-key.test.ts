import { createHmac, randomBytes } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { createCursors } from '#application/http/cursor';
import { cursorKeyOf } from '#engine/cursor-key';

const scope = { tenant: 'acme', operation: 'listTargets', filter: {} };

describe('the key that signs cursors', () => {
  it('is the same for the same data key, and long enough to sign', () => {
    const dataKey = randomBytes(32);
    const [one, again] = [createCursors(cursorKeyOf(dataKey)), createCursors(cursorKeyOf(dataKey))];
    expect(again.open(scope, one.sign(scope, 'edge-1'))).toBe('edge-1');
    expect(cursorKeyOf(dataKey)).toEqual(createHmac('sha256', dataKey).update('cursor-key').digest());
  });

  it('opens no cursor of another system', () => {
    const [one, other] = [createCursors(cursorKeyOf(randomBytes(32))), createCursors(cursorKeyOf(randomBytes(32)))];
    expect(other.open(scope, one.sign(scope, 'edge-1'))).toBeUndefined();
  });
});
