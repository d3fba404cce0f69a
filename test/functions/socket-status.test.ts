import { describe, expect, it } from 'vitest';

import { Failure } from '#contracts/errors';
import { statusOf } from '#functions/runtime/socket-status';

describe('the answer to somebody who opens a WebSocket', () => {
  it('lets them in, or says as HTTP does why not', async () => {
    expect(await statusOf(Promise.resolve())).toBe(200);
    expect(await statusOf(Promise.reject(new Failure('unauthenticated', 'the key is no longer valid')))).toBe(401);
    expect(await statusOf(Promise.reject(new Failure('rate-limited', 'this key may have 50 connections at once')))).toBe(429);
  });

  it('is none to what nobody expected', async () => {
    await expect(statusOf(Promise.reject(new TypeError('a bug')))).rejects.toThrow('a bug');
  });
});
