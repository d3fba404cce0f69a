import { setTimeout as pause } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import { isFinal } from '#client/index';
import { eventCatalogue } from '#contracts/events';

import type { Deployment } from '../end-to-end/deployment.ts';
import { stepsOf } from '../end-to-end/deployment.ts';
import { OWN_TEMPLATE, Shop } from '../end-to-end/shop.ts';
import type { Strategy } from '../end-to-end/shop.ts';
import type { Tenant } from '../end-to-end/tenant.ts';
import { LONG_SECONDS, until } from '../end-to-end/until.ts';
import { withControlPlane } from './control-plane.ts';

const served = async (tenant: Tenant, strategy: Strategy) => {
  const shop = await Shop.open(tenant, { strategy });
  await shop.isServed();
  return shop;
};

/** The listener on the stream saw every event once and in order, over all lives of the server. */
const expectSeen = async (deployment: Deployment) => {
  const versions = (await deployment.events()).map((one) => one.version);
  const seen = () => deployment.tenant.feed.of(`deployment/${deployment.id}`).map((one) => one.version);
  await until('the stream has told all', () => (seen().length >= versions.length ? true : undefined));
  expect(seen()).toEqual(versions);
};

/** Every look of an analysis was taken once. */
const expectLooksOnce = async (deployment: Deployment, step: string) => {
  const { items } = await deployment.tenant.client.listEvents({ query: { stream: `looks/${deployment.id}/${step}/1`, limit: 200 } });
  const looks = items.map(({ payload }) => eventCatalogue.LookTaken.payload.parse(payload)).map(({ look, target }) => `${look} ${target}`);
  expect(looks.length).toBeGreaterThan(0);
  expect(looks.filter((one, index) => looks.indexOf(one) < index)).toEqual([]);
};

describe.concurrent.each<{ readonly strategy: Strategy; readonly applied: readonly string[]; readonly restored: readonly string[] }>([
  {
    strategy: { type: 'canary', steps: [{ weightPercent: 50 }] },
    applied: ['1.1.0×2 1.0.0×4 0 %', '1.1.0×2 1.0.0×4 50 %', '1.1.0×4 1.0.0×4 100 %', '1.1.0×4 - 100 %'],
    restored: ['1.2.0×2 1.1.0×4 0 %', '1.2.0×2 1.1.0×4 50 %', '- 1.1.0×4 0 %'],
  },
  {
    strategy: { type: 'rolling', batchSize: 2 },
    applied: ['1.1.0×2 1.0.0×2 50 %', '1.1.0×4 - 100 %'],
    restored: ['1.2.0×2 1.1.0×2 50 %', '- 1.1.0×4 0 %'],
  },
  {
    strategy: { type: 'recreate' },
    applied: ['- - 0 %', '1.1.0×4 - 100 %'],
    restored: ['- - 0 %', '1.2.0×4 - 100 %', '- 1.1.0×4 0 %'],
  },
  {
    strategy: { type: 'blue-green', scaleDownDelaySeconds: 1 },
    applied: ['1.1.0×4 1.0.0×4 0 %', '1.1.0×4 1.0.0×4 100 %', '1.1.0×4 - 100 %'],
    restored: ['1.2.0×4 1.1.0×4 0 %', '- 1.1.0×4 0 %'],
  },
])('a control plane that is killed in every step of a deployment by $strategy.type', ({ strategy, applied, restored }) => {
  it('goes on to its end, there and back, and does nothing twice', async () => await withControlPlane(async (plane, tenant) => {
    const shop = await served(tenant, strategy);
    shop.agent.handling = async () => {
      await plane.killAndRestart();
      return 'succeeded' as const;
    };
    const good = await shop.deploy('1.1.0');
    await good.endsAs('Succeeded', LONG_SECONDS);
    await until('all is applied, also after the end', () => (shop.agent.applied().length >= applied.length ? true : undefined));
    expect(shop.agent.applied()).toEqual(applied);
    expect(plane.kills).toBeGreaterThanOrEqual(applied.length + 1);
    await expectSeen(good);
    expect(await shop.serving()).toMatchObject({ release: '1.1.0', heldBy: null });

    // The next release is not healthy. This time the server dies as soon as it has acknowledged what the agent reports of that.
    shop.agent.commands.length = 0;
    shop.agent.handling = async ({ id, verb, desired }) => {
      if (verb !== 'verify' && desired.new !== null) return 'succeeded';
      await shop.agent.report(id, verb === 'verify' ? 'failed' : 'succeeded');
      await plane.killAndRestart();
      return 'silent';
    };
    const bad = await shop.deploy('1.2.0');
    expect(stepsOf(await bad.endsAs('RolledBack', LONG_SECONDS), 'rollback')).toEqual(['restore succeeded']);
    expect(shop.agent.applied()).toEqual(restored);
    await expectSeen(bad);
    expect(await shop.serving()).toMatchObject({ release: '1.1.0', heldBy: null });
  }));
});

describe.concurrent('a control plane that is killed at moments of chance', () => {
  it('brings each deployment to its end, and does nothing twice', async () => await withControlPlane(async (plane, tenant) => {
    const shop = await served(tenant, { type: 'rolling', batchSize: 1 });
    const moments: number[] = [];
    for (const release of ['1.1.0', '1.2.0']) {
      shop.agent.commands.length = 0;
      const deployment = await shop.deploy(release);
      // The server dies up to five times, each soon after it has come back: in the midst of what it has to make up for.
      for (let deaths = 0; deaths < 5 && !isFinal((await deployment.view()).state); deaths += 1) {
        const moment = Math.floor(Math.random() * 400);
        moments.push(moment);
        await pause(moment);
        await plane.killAndRestart();
      }
      const ended = await deployment.endsAs('Succeeded', LONG_SECONDS);
      expect([moments, stepsOf(ended).filter((one) => !one.endsWith(' succeeded'))]).toEqual([moments, []]);
      expect([moments, shop.agent.applied()]).toEqual([moments, [1, 2, 3, 4].map((count) => `${release}×${count} ${count === 4 ? '-' : `${release === '1.1.0' ? '1.0.0' : '1.1.0'}×${4 - count}`} ${25 * count} %`)]);
      await expectSeen(deployment);
    }
  }));
});

describe.concurrent('a control plane that is killed while a deployment waits', () => {
  it('goes on with it: after the request, in a bake, an analysis, a pause, at a gate, and in its last moment', async () => await withControlPlane(async (plane, tenant) => {
    const shop = await served(tenant, { type: 'canary', steps: [{ weightPercent: 25 }, { bakeSeconds: 2 }, { analysis: { template: OWN_TEMPLATE } }, { approval: {} }, { weightPercent: 50 }, { pause: {} }] });
    shop.agent.behaviour = { '1.0.0': { requests: 100, errors: 0 }, '1.1.0': { requests: 100, errors: 0 } };
    const deployment = await shop.deploy('1.1.0');
    await plane.killAndRestart();
    for (const kind of ['bake', 'analyse', 'approve']) {
      await deployment.running(kind);
      await plane.killAndRestart();
    }
    await tenant.client.approveDeployment({ ...deployment.params, body: { step: '6-approve' } });
    await plane.killAndRestart();
    await deployment.running('pause');
    await tenant.client.pauseDeployment({ ...deployment.params });
    await plane.killAndRestart();
    expect(await deployment.view()).toMatchObject({ state: 'Paused', paused: { by: 'person' }, weightPercent: { [shop.agent.target]: 50 } });
    await tenant.client.promoteDeployment({ ...deployment.params, body: { full: true } });
    await plane.killAndRestart();
    const ended = await deployment.endsAs('Succeeded', LONG_SECONDS);
    expect(ended.verdicts).toMatchObject([{ verdict: 'Successful', run: 1 }]);
    expect(shop.agent.applied()).toEqual(['1.1.0×1 1.0.0×4 0 %', '1.1.0×1 1.0.0×4 25 %', '1.1.0×2 1.0.0×4 50 %', '1.1.0×4 1.0.0×4 100 %', '1.1.0×4 - 100 %']);
    await expectLooksOnce(deployment, '5-analyse');
    await expectSeen(deployment);
  }));

  it('keeps the queue, and what was asked of it, whenever it dies', async () => await withControlPlane(async (plane, tenant) => {
    const shop = await served(tenant, { type: 'canary', steps: [{ weightPercent: 25 }, { pause: {} }] });
    const running = await shop.deploy('1.1.0');
    await running.running('pause');
    const queued = await shop.deploy('1.2.0');
    await plane.killAndRestart();
    expect(await queued.view()).toMatchObject({ state: 'Requested', reason: `queued behind ${running.id}` });
    await tenant.client.abortDeployment({ ...running.params });
    await plane.killAndRestart();
    await running.endsAs('Aborted', LONG_SECONDS);
    await queued.running('pause');
    const key = 'retried-over-a-restart';
    const ask = async () => await tenant.request('POST', `/v1/deployments/${queued.id}/promote`, { body: {}, headers: { 'idempotency-key': key } });
    const first = await ask();
    await plane.killAndRestart();
    const second = await ask();
    expect([first.status, second.status, second.text]).toEqual([200, 200, first.text]);
    await queued.endsAs('Succeeded', LONG_SECONDS);
    expect(await queued.told('StepSkipped')).toEqual(['StepSkipped']);
  }));
});
