import { afterEach, describe, expect, it } from 'vitest';

import type { DeploymentView, PlanView } from '#contracts/views';

import { DEPLOYMENT, deploymentView, streamEvent } from '../client/client-fixtures.ts';
import { problemReply, startTestServer } from '../client/test-server.ts';
import type { Behaviour, TestServer } from '../client/test-server.ts';
import { jsonLines, runCli } from './run-cli.ts';
import type { CliOptions, CliResult } from './run-cli.ts';

const servers: TestServer[] = [];

async function serve(behaviour: Behaviour): Promise<{ server: TestServer; sluice: (words: readonly string[], options?: CliOptions) => Promise<CliResult> }> {
  const server = await startTestServer(behaviour);
  servers.push(server);
  return { server, sluice: (words, options = {}) => runCli(words, { ...options, environment: { SLUICE_URL: server.url, SLUICE_KEY: 'test-key', ...options.environment } }) };
}

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const accepted = { body: { id: DEPLOYMENT, state: 'Requested', version: 1 } };
const stored = (version: number) => ({ ...streamEvent(version), hash: '0'.repeat(64) });

/** A deployment that ends in a state as soon as somebody listens; its last event comes by the stream. */
function ending(state: DeploymentView['state']): Behaviour & { readonly connect: (server: TestServer) => void } {
  let ended = false;
  return {
    requestDeployment: () => accepted,
    retryDeployment: () => accepted,
    rollbackDeployment: () => accepted,
    getDeployment: () => ({ body: ended ? deploymentView({ state, version: 3, reason: 'that is how it ended' }) : deploymentView({ version: 2 }) }),
    listDeploymentEvents: () => ({ body: { items: [stored(1), stored(2), ...(ended ? [stored(3)] : [])] } }),
    connect: (server) => {
      server.onMessage = (peer, message) => {
        if (message.type !== 'subscribe') return;
        peer.send({ type: 'subscribed', id: message.id, cursor: '2' });
        setTimeout(() => {
          ended = true;
          peer.send({ type: 'event', id: message.id, cursor: '3', event: streamEvent(3) });
        }, 50);
      };
    },
  };
}

describe('deploy --watch', () => {
  it.each([['Succeeded', 0], ['RolledBack', 10], ['Failed', 11], ['Aborted', 12]] as const)('of a deployment that ends %s exits with %i', async (state, exitCode) => {
    const { connect, ...behaviour } = ending(state);
    const { server, sluice } = await serve(behaviour);
    connect(server);
    const result = await sluice(['deploy', 'shop', '1.4.2', '--environment', 'production', '--strategy', 'canary', '--priority', 'high', '--watch', '--json']);
    expect(result).toMatchObject({ exitCode, stderr: '' });
    expect(jsonLines(result.stdout)).toEqual([accepted.body, stored(1), stored(2), expect.objectContaining(streamEvent(3)), expect.objectContaining({ id: DEPLOYMENT, state })]);
    expect(server.received.find((one) => one.operation === 'requestDeployment')?.body).toEqual({ application: 'shop', release: '1.4.2', environment: 'production', strategy: 'canary', priority: 'high' });
  });

  it('writes a line per event for people who do not sit at a terminal', async () => {
    const { connect, ...behaviour } = ending('RolledBack');
    const { server, sluice } = await serve(behaviour);
    connect(server);
    const { stdout } = await sluice(['retry', DEPLOYMENT, '--watch']);
    expect(stdout.split('\n')).toEqual([
      `retry of ${DEPLOYMENT}: Requested as ${DEPLOYMENT}`, ...Array.from({ length: 3 }, () => '13:42:58  StepSucceeded         shift-1: done'),
      'shop 1.4.2 → production: RolledBack, that is how it ended', '',
    ]);
  });

  it('that is interrupted exits with 130 and says that the deployment goes on', async () => {
    const { sluice } = await serve({ requestDeployment: () => accepted, getDeployment: () => ({ body: deploymentView({ version: 2 }) }), listDeploymentEvents: () => ({ body: { items: [stored(1), stored(2)] } }) });
    const result = await sluice(['watch', DEPLOYMENT], { onStdout: (_, child) => child.kill('SIGINT') });
    expect(result).toMatchObject({ exitCode: 130, stderr: `the deployment goes on; see it again with: sluice watch ${DEPLOYMENT}\n` });
  }, 40_000);
});

describe('watch without a deployment', () => {
  it('names the deployment of each event until it is interrupted', async () => {
    const { server, sluice } = await serve({ getDeployment: () => ({ body: deploymentView() }) });
    server.onMessage = (peer, message) => {
      if (message.type !== 'subscribe') return;
      peer.send({ type: 'subscribed', id: message.id, cursor: '0' });
      peer.send({ type: 'event', id: message.id, cursor: '1', event: streamEvent(6) });
    };
    const result = await sluice(['watch', '--environment', 'production'], { onStdout: (_, child) => child.kill('SIGINT') });
    expect(result).toMatchObject({ exitCode: 130, stdout: '13:42:58  StepSucceeded         shop 1.4.2 → production  shift-1: done\n' });
    expect(server.peers[0]?.received[0]).toMatchObject({ topic: { kind: 'environment', environment: 'production' } });
  });
});

describe('actions', () => {
  it.each([
    ['approve', 'approveDeployment', ['--comment', 'fine'], { step: 'bake-1', comment: 'fine' }],
    ['deny', 'denyDeployment', [], { step: 'bake-1' }],
    ['deny', 'denyDeployment', ['--step', 'gate-7'], { step: 'gate-7' }],
    ['promote', 'promoteDeployment', [], { step: 'bake-1' }],
    ['promote', 'promoteDeployment', ['--full'], { step: 'bake-1', full: true }],
    ['pause', 'pauseDeployment', [], {}],
    ['resume', 'resumeDeployment', [], {}],
    ['abort', 'abortDeployment', ['--comment', 'no'], { comment: 'no' }],
    ['abandon', 'abandonDeployment', [], {}],
  ] as const)('%s sends %s with what is meant: %j', async (word, operation, flags, body) => {
    const { server, sluice } = await serve({ getDeployment: () => ({ body: deploymentView() }), [operation]: () => ({ body: { id: DEPLOYMENT, state: 'Progressing', version: 6 } }) });
    const result = await sluice([word, DEPLOYMENT, ...flags]);
    expect(result).toMatchObject({ exitCode: 0, stderr: '', stdout: expect.stringMatching(new RegExp(`^${DEPLOYMENT} .*; its state is Progressing\\n$`)) });
    expect(server.received.at(-1)).toMatchObject({ operation, body, params: { id: DEPLOYMENT } });
  });

  it('approve nothing where nothing waits', async () => {
    const { server, sluice } = await serve({ getDeployment: () => ({ body: deploymentView({ step: null }) }) });
    expect(await sluice(['approve', DEPLOYMENT])).toMatchObject({ exitCode: 6, stderr: expect.stringContaining('is at no step now: there is nothing to approve') });
    expect(server.received.map((one) => one.operation)).toEqual(['getDeployment']);
  });

  it('roll back to a release', async () => {
    const { server, sluice } = await serve({ rollbackDeployment: () => accepted });
    expect(await sluice(['rollback', DEPLOYMENT, '--to', '1.3.0', '--json'])).toMatchObject({ exitCode: 0, stdout: `${JSON.stringify(accepted.body, null, 2)}\n` });
    expect(server.received[0]?.body).toEqual({ release: '1.3.0' });
  });
});

describe('an error', () => {
  it.each([['conflict', 6], ['freeze-active', 6], ['rule-broken', 7], ['unknown-reference', 7], ['unauthenticated', 3], ['forbidden', 4]] as const)('%s exits with %i, in words and as its problem document', async (code, exitCode) => {
    const errors = [{ field: 'release', rule: 'must exist', value: '9' }];
    const reply = problemReply(code, 'for this reason', { errors });
    const { sluice } = await serve({ requestDeployment: () => reply });
    const words = ['deploy', 'shop', '9', '--environment', 'production'];
    const [forPeople, forPrograms] = await Promise.all([sluice(words), sluice([...words, '--json'])]);
    expect(forPeople).toMatchObject({ exitCode, stdout: '' });
    expect(forPeople.stderr).toMatch(new RegExp(`^error ${code}: .*: for this reason\\n  release must exist \\(it is "9"\\)\\n  → .*\\n[^]*  trace id f{32}\\n$`));
    expect(forPrograms).toMatchObject({ exitCode, stderr: '' });
    expect(JSON.parse(forPrograms.stdout)).toEqual(reply.body);
  });

  it('of the command line or the network has the same form', async () => {
    const usage = await runCli(['deploy', 'shop', '--json']);
    expect(usage).toMatchObject({ exitCode: 2, stderr: '' });
    expect(JSON.parse(usage.stdout)).toMatchObject({ code: 'usage', status: 0, type: 'about:blank' });
    const network = await runCli(['list', 'targets', '--url', 'http://127.0.0.1:9', '--json']);
    expect(network).toMatchObject({ exitCode: 9, stderr: '' });
    expect(JSON.parse(network.stdout)).toMatchObject({ code: 'unreachable', status: 0, retriable: true });
  });
});

describe('a dry run and a validation', () => {
  it('show the plan, and change nothing', async () => {
    const plan: PlanView['plan'] = {
      strategy: 'canary', new: { release: '1.4.2', applicationVersion: 1 }, targets: [{ name: 'cluster-a', provider: 'agent', wave: 0, generation: 1, stable: { release: '1.4.1', applicationVersion: 1 } }], components: [{ name: 'web', type: 'service', change: 'replace', newReplicas: 2, stableReplicas: 1 }],
      steps: [{ id: 'bake-1', title: 'bake', wave: 0, kind: 'bake', durationSeconds: 60 }], rollbackTriggers: { verdict: true, health: true, deadline: true, manual: true }, progressDeadlineSeconds: 600, background: null, cleanup: null,
    };
    const { server, sluice } = await serve({ planDeployment: () => ({ body: { application: 'shop', release: '1.4.2', environment: 'production', plan } }) });
    const { exitCode, stdout, stderr } = await sluice(['deploy', 'shop', '1.4.2', '--environment', 'production', '--dry-run']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(/by canary; nothing is changed[^]*cluster-a +agent +1 +1\.4\.1\n[^]*bake-1 +1 +bake +1 min +bake\n/);
    expect(server.received.map((one) => one.operation)).toEqual(['planDeployment']);
  });

  it.each([[true, 0], [false, 13]])('that passed %s exits with %i', async (passed, exitCode) => {
    const body = { passed, checks: [{ check: 'schema', outcome: passed ? 'passed' : 'failed', reason: 'because' }] };
    const { sluice } = await serve({ validateDeployment: () => ({ body }) });
    const result = await sluice(['validate', 'shop', '1.4.2', '--environment', 'production', '--json']);
    expect(result).toEqual({ exitCode, stdout: `${JSON.stringify(body, null, 2)}\n`, stderr: '' });
  });

  it('that skipped a check is not told as one that passed all', async () => {
    const checks = [{ check: 'schema', outcome: 'passed', reason: 'fits' }, { check: 'capacity/edge-1', outcome: 'skipped', reason: 'nobody says what it needs' }];
    const { sluice } = await serve({ validateDeployment: () => ({ body: { passed: true, checks } }) });
    expect((await sluice(['validate', 'shop', '1.4.2', '--environment', 'production'])).stdout).toMatch(/\nno check failed; 1 was skipped\n$/);
  });
});

describe('the targets', () => {
  it('tell the components of applications apart that call them alike', async () => {
    const target = { apiVersion: 'sluice.dev/v1' as const, kind: 'Target' as const, metadata: { name: 'edge-1' }, spec: { provider: 'agent' as const }, version: 1, updatedAt: '2026-11-21T13:42:52.000Z' };
    const components = ['shop', 'crm'].map((application) => ({ application, component: 'web', release: '1.0.0', state: 'Running' as const, replicas: 2, readyReplicas: 2, reason: '' }));
    const status = { target: 'edge-1', reachable: true, lastSeenAt: target.updatedAt, instance: 'agent-1', epoch: 1, version: '0.1.0', components, reason: 'its agent answers', serving: [] };
    const { sluice } = await serve({ listTargets: () => ({ body: { items: [target] } }), getTargetStatus: () => ({ body: status }) });
    expect((await sluice(['targets'])).stdout).toContain('shop/web 1.0.0 Running 2/2, crm/web 1.0.0 Running 2/2');
  });
});
