import { writeSync } from 'node:fs';

import { systemClock } from '#engine/system-clock';
import { systemRandom, systemSleeper } from '#standalone/clock';
import { openStandalonePorts } from '#standalone/open-ports';
import { Relay } from '#standalone/relay';

/**
 * Appends to several streams until it is killed. Writes a line for each append that was acknowledged, `appended STREAM VERSION`, and one for
 * each event that a consumer was given, `consumed STREAM VERSION`.
 */
const [folder = ''] = process.argv.slice(2);
const { ports, database, signals } = await openStandalonePorts({ dataFolder: folder });
const say = (line: string) => writeSync(1, `${line}\n`);

const relay = new Relay({
  database, appended: signals.appended, delivered: signals.delivered, clock: systemClock, sleeper: systemSleeper(systemClock), random: systemRandom,
  async project() {},
  async consume(_consumer, { stream, version }) {
    say(`consumed ${stream} ${version}`);
  },
  onTrouble: (doing, error) => say(`trouble ${doing}: ${String(error)}`),
});
relay.start();

await Promise.all(['a', 'b', 'c', 'd'].map(async (name) => {
  const stream = `deployment/${name}`;
  for (let version = 0; ; version += 1) {
    await ports.events.append({
      tenant: 'default', stream, expectedVersion: version, at: new Date(systemClock.now()).toISOString(), traceId: ports.ids.trace(),
      events: [{ type: 'DeploymentSucceeded', payload: { reason: 'all is well', cleanupAt: null } }],
    });
    say(`appended ${stream} ${version + 1}`);
  }
}));
