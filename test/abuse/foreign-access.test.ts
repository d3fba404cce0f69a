import { afterEach, describe, expect, it } from 'vitest';

import type { HttpAnswer } from '#application/http/exchange';
import { openWholeSystem, UNLIMITED } from '#test/standalone/server/whole-system';
import type { WholeOptions, WholeSystem } from '#test/standalone/server/whole-system';

import { prepareTwoTenants, THEIR_TENANT, whatTheySee } from './foreign-things.ts';
import { triesOf } from './foreign-tries.ts';
import { leaksOf, toldWithout, TRACE } from './leaks.ts';

/** How many of everything the other tenant has; as `SLUICE_FOREIGN_THINGS=100` for ten times the tries. */
const THINGS = Number(process.env['SLUICE_FOREIGN_THINGS'] ?? 12);

/** How many tries are made of that at least. */
const LEAST_TRIES = 10_000;

let system: WholeSystem;
const open = async (options: WholeOptions = {}) => { system = await openWholeSystem({ http: { keyRate: UNLIMITED, tenantRate: UNLIMITED, guessRate: UNLIMITED }, ...options }); };
afterEach(async () => await system.close());

describe('another tenant\'s things', () => {
  it('are to every role, on every route, in every way as what never was, and stay as they are', { timeout: 3_600_000 }, async () => {
    await open();
    const tenants = await prepareTwoTenants(system, THINGS);
    const tries = triesOf(tenants.pairs);
    expect(tries.length).toBeGreaterThanOrEqual(LEAST_TRIES);
    const before = await whatTheySee(system, tenants);
    const { leaks, statuses } = await leaksOf(system, tenants, tries);
    expect(leaks.slice(0, 5)).toEqual([]);
    // It would be no wonder if nothing leaked because every request was refused for another reason.
    expect([...statuses.keys()]).toEqual(expect.arrayContaining([200, 403, 404, 422]));
    expect(statuses.get(500)).toBeUndefined();
    expect(await whatTheySee(system, tenants)).toEqual(before);
    expect((await system.engine.ports.events.readFeed(THEIR_TENANT, undefined, 10_000)).filter(({ traceId }) => traceId === TRACE)).toEqual([]);
    expect(system.troubles).toEqual([]);
  });

  it('would be found where a use case forgot whose they are, to read and to change', { timeout: 60_000 }, async () => {
    await open({ operations: (all) => ({
      ...all,
      getSecret: async (context, input) => await all.getSecret({ ...context, tenant: THEIR_TENANT }, input),
      deleteTarget: async (context, input) => await all.deleteTarget({ ...context, tenant: THEIR_TENANT }, input),
    }) });
    const tenants = await prepareTwoTenants(system, 1);
    const { leaks } = await leaksOf(system, tenants, triesOf(tenants.pairs));
    expect(new Set(leaks.map(({ operation }) => operation))).toEqual(new Set(['getSecret', 'deleteTarget']));
  });

  it('would be told apart by a single word, status or header', async () => {
    await open();
    const told = toldWithout([]);
    const answer: HttpAnswer = { status: 404, headers: {}, body: '{"detail":"there is no application their-application-1"}' };
    expect(told(answer)).toBe(told({ ...answer, body: answer.body.replace('their', 'never') }));
    expect(told(answer)).not.toBe(told({ ...answer, body: answer.body.replace('there is no', 'there is a') }));
    expect(told(answer)).not.toBe(told({ ...answer, status: 403 }));
    expect(told(answer)).not.toBe(told({ ...answer, headers: { etag: '"1"' } }));
  });
});
