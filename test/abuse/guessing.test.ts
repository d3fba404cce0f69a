import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { neighbourhoodOf } from '#application/http/authenticate';
import { defaultHttpSettings } from '#application/http/exchange';
import { openWholeSystem } from '#test/standalone/server/whole-system';
import type { WholeSystem } from '#test/standalone/server/whole-system';

import { ask } from './in-process-call.ts';

const GUESSES = 2000;
const { burst, perSecond } = defaultHttpSettings.guessRate;

let system: WholeSystem;


/** Guesses keys from these addresses in turn; answers how often each status came, and how many guesses the rate let through at the most. */
async function guess(addresses: readonly string[]): Promise<{ readonly statuses: { readonly [status: string]: number }; readonly most: number }> {
  const began = performance.now();
  const statuses: Record<string, number> = {};
  for (let index = 0; index < GUESSES; index += 1) {
    const { status } = await ask(system.api, { method: 'GET', path: '/v1', key: `slk_${index}`.padEnd(36, 'x'), clientAddress: addresses[index % addresses.length] ?? '' });
    statuses[status] = (statuses[status] ?? 0) + 1;
  }
  return { statuses, most: burst + Math.ceil((perSecond * (performance.now() - began)) / 1000) };
}

/** The counter of refused keys, by the reason. */
const refused = (reason: string) => Number(new RegExp(`sluice_http_refused_keys_total\\{reason="${reason}"\\} (\\d+)`).exec(system.metrics.text())?.[1] ?? 0);

describe('who guesses keys', () => {
  beforeEach(async () => { system = await openWholeSystem(); });
  afterEach(async () => await system.close());

  it('has as many tries as the rate says, each of them counted, and everybody else goes on', async () => {
    const { statuses, most } = await guess(['203.0.113.7']);
    expect(statuses['401']).toBeLessThanOrEqual(most);
    expect((statuses['401'] ?? 0) + (statuses['429'] ?? 0)).toBe(GUESSES);
    expect([refused('unknown'), refused('guessing')]).toEqual([statuses['401'], statuses['429']]);
    expect((await ask(system.api, { method: 'GET', path: '/v1', key: system.operatorKey, clientAddress: '203.0.113.8' })).status).toBe(200);
    // Even a good key opens nothing there for now: what it is told does not tell that it is good.
    expect((await ask(system.api, { method: 'GET', path: '/v1', key: system.operatorKey, clientAddress: '203.0.113.7' })).status).toBe(429);
  });

  it('has no more of them with all the addresses of an IPv6 network', async () => {
    const { statuses, most } = await guess(Array.from({ length: GUESSES }, (_, index) => `2001:db8:1:2:${index.toString(16)}::1`));
    expect(statuses['401']).toBeLessThanOrEqual(most);
    expect((await ask(system.api, { method: 'GET', path: '/v1', key: system.operatorKey, clientAddress: '2001:db8:1:3::1' })).status).toBe(200);
  });

  it('is one guesser by tickets and by keys', async () => {
    await guess(['203.0.113.7']);
    await expect(system.api.stream.admit({ authorization: undefined, ticket: 'slt_guessed', clientAddress: '203.0.113.7' })).rejects.toMatchObject({ code: 'rate-limited' });
    await expect(system.api.stream.admit({ authorization: `Bearer ${system.operatorKey}`, ticket: undefined, clientAddress: '203.0.113.7' })).rejects.toMatchObject({ code: 'rate-limited' });
  });
});

describe('an address', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'], ['::ffff:203.0.113.7', '203.0.113.7'], ['::FFFF:203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'], ['2001:DB8:1:2::6', '2001:db8:1:2::/64'], ['2001:0db8:0001:2::', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'], ['::1', '0:0:0:0::/64'], ['fe80::1%eth0', 'fe80:0:0:0::/64'], ['', ''],
  ])('%s stands for %s', (address, neighbourhood) => {
    expect(neighbourhoodOf(address)).toBe(neighbourhood);
  });
});
