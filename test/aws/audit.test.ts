import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';

import { auditPlace } from '#admin/audit';
import { sealMoved } from '#aws/checkpoints';
import { eventOfItem, eventPlace, itemOfEvent } from '#aws/event-item';
import { bringInLost } from '#aws/lost-events';
import { sealedKeysIn } from '#aws/sealed-keys';
import { canonicalJson } from '#contracts/canonical-json';
import { Vault } from '#engine/vault';
import { TemporaryFolder, runCli } from '#test/cli/run-cli';
import { VirtualTime } from '#test/standalone/virtual-time';

import { appended, openInstallation } from './installation.ts';
import type { Installation } from './installation.ts';

const MASTER_KEY = new Uint8Array(32).fill(7);
const a = { tenant: 'acme', stream: 'sweep/a' };
const b = { tenant: 'acme', stream: 'sweep/b' };

let opened: Installation;
let time: VirtualTime;
const folder = new TemporaryFolder();
const masterKeyFile = join(folder.path, 'master.key');

beforeAll(() => writeFileSync(masterKeyFile, MASTER_KEY));
afterAll(() => folder[Symbol.dispose]());

/** Tables of an installation that has worked: two streams, each sealed as the sweep does it, the second twice. */
beforeEach(async () => {
  opened = await openInstallation();
  time = new VirtualTime();
  await append(a, 5);
  await append(b, 2);
  await sweep();
  await append(b, 2);
  await sweep();
  return () => opened.close();
});

const append = async (where: typeof a, count: number) => await opened.feed.record(where.tenant, await appended(opened, where, count, new Date(time.now()).toISOString()));

async function sweep(): Promise<void> {
  time.advance(120);
  const { client, eventsName, events, state, feed, relay, store, readModels } = opened;
  const vault = await Vault.open(sealedKeysIn(state), MASTER_KEY);
  const moved: { readonly tenant: string; readonly stream: string; readonly version: number }[] = [];
  await bringInLost({ client, eventsTable: eventsName, ports: { clock: time, events: store, readModels }, feed, relay, bringIn: async () => [], seen: (places) => void moved.push(...places) });
  expect(await sealMoved({ events, state, clock: time, readModels, dataKeyOf: async (tenant) => await vault.dataKey(tenant) }, moved)).toBe(true);
}

const place = () => ({ eventsTable: opened.eventsName, stateTable: opened.stateName, masterKeyFile });
const found = async () => (await auditPlace(place())).findings.map(({ kind, tenant, stream, version }) => [kind, stream ?? tenant, version].filter((part) => part !== undefined).join(' '));
const remove = async (where: typeof a, version: number) => void await opened.events.remove(eventPlace(where, version));

/** Writes an event with another trace, with the hash that it had. */
async function change(where: typeof a, version: number): Promise<void> {
  const event = eventOfItem(await opened.events.get(eventPlace(where, version)));
  await opened.events.put(itemOfEvent({ ...event, traceId: 'f'.repeat(32) }));
}

describe('an audit of the tables', () => {
  it('finds nothing in what nobody has changed, all of it sealed', async () => {
    expect(await auditPlace(place())).toMatchObject({ found: 0, events: 9, streams: 2, tenants: 1, sealsChecked: true, unsealed: { events: 0, since: null }, checkpoints: { acme: { number: 2 }, operator: { number: 2 } } });
  });

  it('seals nothing twice that the sweep sees again, and nothing where nothing happens', async () => {
    await sweep();
    await sweep();
    expect((await auditPlace(place())).checkpoints).toMatchObject({ acme: { number: 2 } });
  });

  it('counts what was appended since the last sweep', async () => {
    await append(b, 1);
    expect(await auditPlace(place())).toMatchObject({ found: 0, unsealed: { events: 1, since: new Date(time.now()).toISOString() } });
  });

  it.each<readonly [what: string, change: () => Promise<unknown>, told: readonly string[]]>([
    ['an event was changed', async () => await change(a, 3), ['changed sweep/a 3']],
    ['an event was removed in the middle', async () => await remove(a, 3), ['removed sweep/a 3']],
    ['the end of a stream was cut off', async () => await remove(a, 5), ['removed sweep/a 5']],
    ['a whole stream was removed', async () => await Promise.all([1, 2, 3, 4].map(async (version) => await remove(b, version))), ['removed sweep/b 1']],
    ['the end was cut off, also from the marks of relay and feed', async () => {
      await remove(a, 5);
      for (const kind of ['fed', 'relayed']) await opened.state.remove({ pk: `acme#${kind}`, sk: a.stream });
    }, ['removed sweep/a 5']],
    ['two events have changed places', async () => {
      const [third, fourth] = await opened.store.read(a, { fromVersion: 3, limit: 2 });
      if (third === undefined || fourth === undefined) throw new Error('there are five');
      await opened.events.put(itemOfEvent({ ...third, version: 4 }));
      await opened.events.put(itemOfEvent({ ...fourth, version: 3 }));
    }, ['changed sweep/a 3', 'changed sweep/a 4', 'changed sweep/a 5']],
    ['an event was put elsewhere', async () => await opened.events.put({ ...itemOfEvent(eventOfItem(await opened.events.get(eventPlace(a, 5)))), ...eventPlace(b, 5) }), ['changed']],
    ['an event is hidden from the sweep', async () => await opened.events.put({ ...itemOfEvent(eventOfItem(await opened.events.get(eventPlace(a, 5)))), hour: '2000-01-01T00#0' }), ['changed sweep/a 5']],
    ['an event was changed, and all hashes after it', async () => {
      await change(a, 3);
      let hash = '0'.repeat(64);
      for (const { hash: _old, ...event } of await opened.store.read(a)) {
        hash = createHash('sha256').update(hash).update(canonicalJson(event)).digest('hex');
        await opened.events.put(itemOfEvent({ ...event, hash }));
      }
    }, ['rewritten sweep/a 5']],
    ['a checkpoint was removed', async () => await opened.state.remove({ pk: 'acme#checkpoint', sk: '000000000002' }), ['checkpoint acme']],
    ['a checkpoint was changed', async () => {
      const item = z.looseObject({ heads: z.string() }).parse(await opened.state.get({ pk: 'acme#checkpoint', sk: '000000000002' }));
      await opened.state.put({ ...item, pk: 'acme#checkpoint', sk: '000000000002', heads: item.heads.replace('"version":4', '"version":3') });
    }, ['checkpoint acme']],
  ])('finds it when %s', async (_what, act, told) => {
    await act();
    expect(await found()).toEqual(told);
  });

  it('finds it when checkpoints were removed and new ones made, since old events are in none of them', async () => {
    // The sweep sees events of five minutes again: what it shall not seal again is older.
    time.advance(600);
    await sweep();
    for (const tenant of ['acme', 'operator']) for (const number of [1, 2, 3]) await opened.state.remove({ pk: `${tenant}#checkpoint`, sk: `00000000000${number}` });
    expect(await auditPlace(place())).toMatchObject({ found: 0, checkpoints: {}, unsealed: { events: 9 } });
    time.advance(1200);
    await append(b, 1);
    await sweep();
    expect((await auditPlace(place(), undefined, time.now())).findings).toEqual([{ kind: 'late', tenant: 'acme', reason: expect.stringMatching(/^5 events, .* are in no checkpoint/) }]);
  });

  it('is a command that needs no master key', async () => {
    const { stdout, exitCode } = await runCli(['audit', 'verify', '--events-table', opened.eventsName, '--state-table', opened.stateName, '--json'], { environment: awsEnvironment() });
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ found: 0, sealsChecked: false, events: 9 });
  });
});

/** What a command needs to find the same DynamoDB. */
function awsEnvironment(): Record<string, string> {
  return Object.fromEntries(Object.entries(process.env).filter((entry): entry is [string, string] => entry[0].startsWith('AWS_') && entry[1] !== undefined));
}
