import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

import { createClient, isFinal } from '#client/index';
import type { DeploymentView, SluiceClient } from '#client/index';
import type { StoredEvent } from '#ports/event-store';
import { startStandalone } from '#standalone/runtime';

import { inFolder, RawTable } from './append.ts';
import { alternating } from './measure.ts';
import type { BenchRow } from './measure.ts';

const head = { apiVersion: 'sluice.dev/v1' } as const;
const RELEASES = ['1.0.0', '1.1.0'] as const;

/**
 * A canary of one step, from the request to its end, by a whole control plane over HTTP and WebSocket. The agent does nothing with a
 * command and reports at once, and nothing bakes, so what is left is the control plane's own time.
 */
export const deployment: BenchRow = {
  what: 'A canary from request to end, without processes and waits', unit: 'ms', comparedWith: 'SQLite alone, its events with fsync',
  measure: async () => await inFolder(async (folder) => {
    const adminKey = `bench-${randomBytes(16).toString('hex')}`;
    const server = await startStandalone({ dataFolder: join(folder, 'data'), listen: { host: '127.0.0.1', port: 0 }, adminKey, log: (line) => process.stderr.write(`${line}\n`) });
    const raw = new RawTable(join(folder, 'raw.db'));
    const admin = createClient({ url: server.url, key: adminKey });
    try {
      await makeShop(admin);
      const endAgent = await playAgent(server.url, admin);
      let turn = 0;
      let rows: readonly StoredEvent[] = [];
      const deploy = async () => {
        const start = performance.now();
        const ended = await deployOnce(admin, RELEASES[turn++ % 2] ?? '1.0.0');
        const took = performance.now() - start;
        const { items } = await admin.listDeploymentEvents({ params: { id: ended.id }, query: { limit: 200 } });
        rows = items.map((one) => ({ ...one, tenant: 'default' }));
        return took;
      };
      await deploy();
      const measured = await alternating(deploy, async () => {
        const start = performance.now();
        raw.append(rows);
        return performance.now() - start;
      });
      endAgent();
      return measured;
    } finally {
      raw.close();
      await server.close();
    }
  }),
};

async function makeShop(admin: SluiceClient): Promise<void> {
  await admin.putTarget({ params: { name: 'local' }, body: { ...head, kind: 'Target', metadata: { name: 'local' }, spec: { provider: 'agent' } } });
  await admin.putApplication({ params: { name: 'shop' }, body: { ...head, kind: 'Application', metadata: { name: 'shop' }, spec: { components: [{ name: 'web', port: 8080 }] } } });
  await admin.putEnvironment({ params: { name: 'production' }, body: { ...head, kind: 'Environment', metadata: { name: 'production' }, spec: { waves: [{ targets: ['local'] }], strategy: { type: 'canary', steps: [{ weightPercent: 50 }] } } } });
  for (const name of RELEASES) await admin.putRelease({ params: { application: 'shop', name }, body: { ...head, kind: 'Release', metadata: { name }, spec: { application: 'shop', components: [{ name: 'web', artefact: { command: ['node', `${name}.mjs`] } }] } } });
}

/** Reports every command as done. Answers how to end it. */
async function playAgent(url: string, admin: SluiceClient): Promise<() => void> {
  const { key } = await admin.createKey({ body: { name: 'agent', role: 'agent', target: 'local' } });
  const client = createClient({ url, key });
  const params = { name: 'local' };
  const { epoch } = await client.claimTarget({ params, body: { instance: 'bench-agent' } });
  const claim = { instance: 'bench-agent', epoch };
  await client.sendHeartbeat({ params, body: { ...claim, facts: { version: '1.0.0', addresses: ['127.0.0.1'], allow: ['node'], components: [] } } });
  const reported = new Set<string>();
  const work = client.subscribe({ kind: 'work', target: 'local' });
  const serve = async () => {
    for await (const _ of work) {
      const { items } = await client.readCommands({ params, query: claim });
      const fresh = items.filter(({ command }) => !reported.has(command.id));
      for (const { command } of fresh) reported.add(command.id);
      await Promise.all(fresh.map(async ({ command }) => await client.reportCommand({ params, body: { ...claim, report: { command: command.id, outcome: 'succeeded', reason: 'done' } } })));
    }
  };
  void serve().catch((error: unknown) => process.stderr.write(`the agent: ${String(error)}\n`));
  await work.ready;
  return () => work.close();
}

async function deployOnce(admin: SluiceClient, release: string): Promise<DeploymentView> {
  const subscription = admin.subscribe({ kind: 'environment', environment: 'production' });
  await subscription.ready;
  const { id } = await admin.requestDeployment({ body: { application: 'shop', release, environment: 'production' } });
  for await (const { stream, type } of subscription) {
    if (stream === `deployment/${id}` && /^Deployment(Succeeded|Failed|RolledBack|Aborted)$/.test(type)) break;
  }
  const view = await admin.getDeployment({ params: { id } });
  if (!isFinal(view.state) || view.state !== 'Succeeded') throw new Error(`the deployment ended as ${view.state}: ${view.reason}`);
  return view;
}
