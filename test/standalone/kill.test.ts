import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { auditPlace } from '#admin/audit';
import { systemRandom } from '#standalone/clock';
import { openStandalonePorts } from '#standalone/open-ports';
import { Relay } from '#standalone/relay';

import { startChild } from './child.ts';
import { freshFolder } from './opened.ts';
import { VirtualTime } from './virtual-time.ts';

describe('a process that is killed while it appends and relays', () => {
  let folder: string;
  let remove: () => Promise<void>;
  beforeEach(async () => {
    ({ folder, remove } = await freshFolder());
  });
  afterEach(() => remove());

  const said = (lines: readonly string[], what: string) => lines.flatMap((line) => (line.startsWith(`${what} `) ? [line.slice(what.length + 1)] : []));

  it('has lost nothing that it acknowledged, and every event reaches its consumer in the end', async () => {
    const lines: string[] = [];
    // Each round is killed at another moment: the child does not know when, and writes at its own pace.
    for (const count of [40, 170, 300]) {
      const { folder: roundFolder, remove: removeRound } = await freshFolder();
      const child = startChild('./child-append.ts', roundFolder);
      await child.written(count);
      await child.kill();
      const { stored, consumed } = await recover(roundFolder);
      const acknowledged = said(child.lines, 'appended');
      expect(said(child.lines, 'trouble')).toEqual([]);
      expect(stored).toEqual(expect.arrayContaining(acknowledged));
      expect(new Set([...said(child.lines, 'consumed'), ...consumed])).toEqual(new Set(stored));
      lines.push(...acknowledged);
      await removeRound();
    }
    expect(lines.length).toBeGreaterThan(100);
  });

  it('leaves a folder that opens again at once, streams without a gap and chained', async () => {
    const child = startChild('./child-append.ts', folder);
    await child.written(200);
    await child.kill();
    // Also before anybody has opened it again to write, with a log that was never brought into the file.
    const audited = await auditPlace({ dataFolder: folder });
    expect(audited).toMatchObject({ found: 0, streams: 4 });
    expect(audited.events).toBeGreaterThanOrEqual(said(child.lines, 'appended').length);
    const opened = await openStandalonePorts({ dataFolder: folder });
    for (const name of ['a', 'b', 'c', 'd']) {
      const events = await opened.ports.events.read({ tenant: 'default', stream: `deployment/${name}` });
      expect(events.map(({ version }) => version)).toEqual(events.map((_, index) => index + 1));
      const next = { tenant: 'default', stream: `deployment/${name}`, expectedVersion: events.length, at: '2026-11-21T12:00:00.000Z', traceId: 'a'.repeat(32) };
      expect(await opened.ports.events.append({ ...next, events: [{ type: 'DeploymentFailed', payload: { reason: 'after the end' } }] })).toEqual({ version: events.length + 1 });
    }
    await opened.close();
  });
});

/** Opens a folder that a killed process has left, lets the relay finish, and answers what is stored and what was consumed now. */
async function recover(folder: string): Promise<{ readonly stored: readonly string[]; readonly consumed: readonly string[] }> {
  const time = new VirtualTime();
  const { ports, database, signals, close } = await openStandalonePorts({ dataFolder: folder, clock: time });
  // Deliveries were stored with the time of the child's clock.
  time.advance(10 * 365 * 86_400);
  const consumed: string[] = [];
  const relay = new Relay({
    database, ...signals, clock: time, sleeper: time, random: systemRandom,
    async project() {},
    async consume(_consumer, { stream, version }) {
      consumed.push(`${stream} ${version}`);
    },
    onTrouble: (doing, error) => {
      throw new Error(`trouble while ${doing}`, { cause: error });
    },
  });
  relay.start();
  await relay.idle();
  await relay.stop();
  const events = await ports.events.readFeed('default', undefined, 1000);
  await close();
  return { stored: events.map(({ stream, version }) => `${stream} ${version}`), consumed };
}
