import { afterEach, describe, expect, it, vi } from 'vitest';

import { tenantRate } from '#contracts/rates';
import { createdApiKey } from '#contracts/views';
import { createHoldRefused } from '#standalone/server/hold-refused';
import { done } from '#test/standalone/server/matrix-system';
import { openWholeSystem } from '#test/standalone/server/whole-system';
import type { WholeSystem } from '#test/standalone/server/whole-system';

import { ask } from './in-process-call.ts';

describe('a tenant at its limit', () => {
  let system: WholeSystem;
  afterEach(async () => await system.close());

  it('takes nothing of what another one may have', async () => {
    system = await openWholeSystem();
    const keysOf = async (tenant: string, count: number) => {
      await done(system.url, { method: 'PUT', path: `/v1/tenants/${tenant}`, key: system.operatorKey, body: {} });
      return await Promise.all(Array.from({ length: count }, async () => createdApiKey.parse(await done(system.url, { method: 'POST', path: `/v1/tenants/${tenant}/keys`, key: system.operatorKey, body: {} })).key));
    };
    const [loud, [quiet = '']] = [await keysOf('loud', 8), await keysOf('quiet', 1)];
    const statuses = { loud: new Map<number, number>(), quiet: new Map<number, number>() };
    const count = async (whose: 'loud' | 'quiet', key: string) => {
      const { status } = await ask(system.api, { method: 'GET', path: '/v1/deployments', key });
      statuses[whose].set(status, (statuses[whose].get(status) ?? 0) + 1);
    };
    const FLOOD = 4 * tenantRate.burst;
    for (let index = 0; index < FLOOD; index += 1) {
      await count('loud', loud[index % loud.length] ?? '');
      if (index % 32 === 0) await count('quiet', quiet);
    }
    expect(statuses.loud.get(429)).toBeGreaterThan(0);
    expect([...statuses.quiet]).toEqual([[200, FLOOD / 32]]);
    expect(system.troubles).toEqual([]);
  });
});

describe('a refusal', () => {
  afterEach(() => vi.useRealTimers());

  it('is held back when there were too many requests, and only then', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    const holdRefused = createHoldRefused(500);
    await holdRefused(200);
    await holdRefused(401);
    let isAnswered = false;
    const held = (async () => {
      await holdRefused(429);
      isAnswered = true;
    })();
    await vi.advanceTimersByTimeAsync(499);
    expect(isAnswered).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await held;
    expect(isAnswered).toBe(true);
  });

  it('is not held while two thousand others are, so that waiting costs bounded memory', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    const holdRefused = createHoldRefused(500);
    const held = Array.from({ length: 2000 }, async () => await holdRefused(429));
    await expect(holdRefused(429)).resolves.toBeUndefined();
    await vi.advanceTimersByTimeAsync(500);
    await Promise.all(held);
  });
});
