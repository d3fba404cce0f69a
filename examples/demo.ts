import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';

import { createClient } from '#client/index';
import type { DeploymentView, SluiceClient } from '#client/index';

import { freePort, put, shopResources } from './demo/resources.ts';
import { showDeployment } from './demo/show.ts';
import type { Say } from './demo/show.ts';
import { runSluice, startSluice } from './demo/started-process.ts';
import type { StartedProcess } from './demo/started-process.ts';
import { startTraffic } from './demo/traffic.ts';
import type { Traffic, TrafficSeen } from './demo/traffic.ts';

/** What must come of each release. */
const EXPECTED = [{ release: '1.0.0', state: 'Succeeded' }, { release: '1.1.0', state: 'Succeeded' }, { release: '1.2.0', state: 'RolledBack' }] as const;

const usage = `npm run demo [-- OPTIONS]

Starts Sluice and an agent, deploys examples/shop 1.0.0 as real processes, drives real traffic through it, canaries 1.1.0 (good) and
1.2.0 (fails 5 % of its requests) and shows what happens. Ends with 0 only if 1.1.0 was promoted and 1.2.0 rolled back by itself.

  --json   print one JSON object as the last line, and everything else to standard error
  --keep   leave everything running and print how to go on
  --help   this text

Example: npm run demo -- --json
`;

type Options = { readonly json: boolean; readonly keep: boolean };

const words = process.argv.slice(2);
const unknown = words.find((word) => word !== '--json' && word !== '--keep' && word !== '--help');
if (words.includes('--help') || unknown !== undefined) {
  process.stderr.write(unknown === undefined ? usage : `unknown option ${unknown}\n\n${usage}`);
  process.exitCode = unknown === undefined ? 0 : 2;
} else {
  process.exitCode = await run({ json: words.includes('--json'), keep: words.includes('--keep') });
}

/** Runs the whole demo and answers the exit code. */
async function run(options: Options): Promise<number> {
  const say: Say = (line) => (options.json ? process.stderr : process.stdout).write(`${line}\n`);
  const folder = mkdtempSync(join(tmpdir(), 'sluice-demo-'));
  const started: StartedProcess[] = [];
  let traffic: Traffic | undefined;
  const end = async () => {
    await traffic?.stop();
    for (const one of started.toReversed()) await one.stop();
    // What an agent has started outlives it, by design; here it is to go.
    await runSluice(['agent', '--stop-all', '--state', join(folder, 'agent')]);
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('SIGINT', () => void end().finally(() => process.exit(130)));
  try {
    const shop = await startShop(folder, started, { say, keep: options.keep });
    const deployments: DeploymentView[] = [];
    for (const { release } of EXPECTED) {
      say(`\n▶ shop ${release} to production${traffic === undefined ? ' (first deployment)' : ' as a canary'}`);
      const { id } = await shop.client.requestDeployment({ body: { application: 'shop', release, environment: 'production' } });
      deployments.push(await showDeployment(shop.client, id, say, traffic));
      traffic ??= startTraffic(shop.port, EXPECTED.map((one) => one.release));
    }
    const seen = await (traffic?.stop() ?? Promise.reject(new Error('there was no traffic')));
    const good = summary(deployments, seen, say);
    if (options.keep) goOn(shop, { folder, started }, say);
    else await end();
    // Last of all, for whoever reads both streams as one.
    if (options.json) process.stdout.write(`${JSON.stringify({ deployments: deployments.map(result), traffic: { requests: seen.requests, failedByRelease: seen.failedByRelease, failedByProxy: seen.failedByProxy } })}\n`);
    return good ? 0 : 1;
  } catch (error) {
    say(`\nthe demo failed: ${error instanceof Error ? error.message : String(error)}`);
    for (const one of started) say(one.output().slice(-2000));
    await end();
    return 1;
  }
}

type Shop = { readonly client: SluiceClient; readonly port: number; readonly url: string; readonly key: string };

async function startShop(folder: string, started: StartedProcess[], how: { readonly say: Say; readonly keep: boolean }): Promise<Shop> {
  const key = `slc_${randomBytes(24).toString('base64url')}`;
  const serve = await startSluice(['serve', '--port', '0', '--data', join(folder, 'data')], /ready (http:\/\/\S+)/, { SLUICE_ADMIN_KEY: key }, how.keep && join(folder, 'serve.log'));
  started.push(serve.started);
  const url = serve.match[1] ?? '';
  how.say(`✓ Sluice is ready at ${url}`);
  const client = createClient({ url, key });
  const port = await freePort();
  for (const one of shopResources(port)) await put(client, one);
  const agentKey = await client.createKey({ body: { name: 'local-agent', role: 'agent', target: 'local' } });
  const agent = await startSluice(['agent', '--target', 'local', '--allow', process.execPath, '--state', join(folder, 'agent')], /serving target local/, { SLUICE_URL: url, SLUICE_KEY: agentKey.key, PATH: `${join(process.execPath, '..')}:${process.env.PATH ?? ''}` }, how.keep && join(folder, 'agent.log'));
  started.push(agent.started);
  how.say(`✓ an agent serves the target local; clients reach the shop at http://127.0.0.1:${port}`);
  return { client, port, url, key };
}

function result(view: DeploymentView) {
  return view.state === 'Succeeded' ? { release: view.release, state: view.state } : { release: view.release, state: view.state, reason: view.reason };
}

function summary(deployments: readonly DeploymentView[], seen: TrafficSeen, say: Say): boolean {
  say('\nSummary');
  for (const view of deployments) say(`  shop ${view.release}: ${view.state}, ${seen.byRelease[view.release] ?? 0} requests answered, ${seen.failedByRelease[view.release] ?? 0} failed`);
  say(`  ${seen.requests} requests, ${seen.failedByProxy} failed by the proxy`);
  const asExpected = EXPECTED.every((one, index) => deployments[index]?.release === one.release && deployments[index].state === one.state);
  const clean = seen.failedByProxy === 0 && seen.failedByRelease['1.0.0'] === 0 && seen.failedByRelease['1.1.0'] === 0;
  say(asExpected && clean ? '  as it should be: the good release is in production, the bad one went back by itself' : '  NOT as it should be');
  return asExpected && clean;
}

function goOn(shop: Shop, { folder, started }: { readonly folder: string; readonly started: readonly StartedProcess[] }, say: Say): void {
  for (const one of started) one.process.unref();
  say(`
Everything is still running. Go on with
  export SLUICE_URL=${shop.url} SLUICE_KEY=${shop.key}
  npx sluice list deployments
  curl http://127.0.0.1:${shop.port}
  node examples/shop/customers.mjs http://127.0.0.1:${shop.port}     # in another terminal: traffic to judge by
  npx sluice deploy shop 1.2.0 --environment production --watch
  open ${shop.url}/docs
What they write is in ${folder}/serve.log and agent.log. Stop it with
  kill ${started.map((one) => String(one.process.pid ?? '')).join(' ')}
  npx sluice agent --stop-all --state ${join(folder, 'agent')}`);
}
