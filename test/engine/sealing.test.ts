import { randomBytes } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { seal, unseal } from '#engine/sealing';
import type { SealedFor } from '#engine/sealing';

describe('sealed content', () => {
  const key = randomBytes(32);
  const content = new TextEncoder().encode('hunter2');
  const name: SealedFor = ['secret', 'default', 'token', 1];

  it('opens with the same key and name', () => {
    expect(unseal(key, seal(key, content, name), name)).toEqual(content);
  });

  it('is another each time', () => {
    expect(Buffer.from(seal(key, content, name)).equals(seal(key, content, name))).toBe(false);
  });

  it('opens with no other key, tenant, name or version', () => {
    const sealed = seal(key, content, name);
    expect(unseal(randomBytes(32), sealed, name)).toBeUndefined();
    const others: readonly SealedFor[] = [['secret', 'other', 'token', 1], ['secret', 'default', 'tokens', 1], ['secret', 'default', 'token', 2], ['idempotency', 'default', 'token', 1]];
    expect(others.map((other) => unseal(key, sealed, other))).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('does not open when any byte was changed, or some are missing', () => {
    const sealed = seal(key, content, name);
    for (const index of sealed.keys()) expect(unseal(key, sealed.with(index, (sealed[index] ?? 0) ^ 1), name)).toBeUndefined();
    for (const length of [0, 10, sealed.length - 1]) expect(unseal(key, sealed.subarray(0, length), name)).toBeUndefined();
  });
});
