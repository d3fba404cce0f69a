import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Lease, LeaseKey, Leases, QueueEntry } from '#ports/lease';

import { freshDeployment, freshTenant } from './subject.ts';
import type { OpenSubject, Subject } from './subject.ts';

const shopOn = (...targets: readonly string[]): readonly LeaseKey[] => targets.map((target) => ({ target, application: 'shop' }));
const release = (name: string) => ({ release: name, applicationVersion: 1 });

/** What all leases promise. */
export function leaseContract(name: string, open: OpenSubject<Subject<Leases>>): void {
  describe(`leases: ${name}`, () => {
    let subject: Subject<Leases>;
    let leases: Leases;
    beforeAll(async () => {
      subject = await open();
      leases = subject.port;
    });
    afterAll(() => subject.close());

    const taken = async (tenant: string, deployment: string, keys: readonly LeaseKey[]): Promise<readonly Lease[]> => {
      const answer = await leases.take(tenant, deployment, keys);
      if ('heldBy' in answer) throw new Error(`held by ${answer.heldBy.join(', ')}`);
      return answer.taken;
    };

    it('takes all leases that are free, each for the first time with generation 1', async () => {
      const [tenant, deployment] = [freshTenant(), freshDeployment()];
      const answer = await taken(tenant, deployment, shopOn('edge', 'rim'));
      expect(answer).toEqual(['edge', 'rim'].map((target) => ({ target, application: 'shop', holder: deployment, generation: 1, stable: null, stableBy: null })));
    });

    it('takes none when one is held, and says by whom', async () => {
      const [tenant, first, second] = [freshTenant(), freshDeployment(), freshDeployment()];
      await taken(tenant, first, shopOn('edge'));
      expect(await leases.take(tenant, second, shopOn('rim', 'edge'))).toEqual({ heldBy: [first] });
      expect((await leases.read(tenant, 'rim')).filter(({ holder }) => holder !== null)).toEqual([]);
      expect(await leases.heldBy(tenant, second)).toEqual([]);
    });

    it('answers the leases in the order in which they were asked for', async () => {
      const keys = shopOn('rim', 'edge', 'core');
      expect((await taken(freshTenant(), freshDeployment(), keys)).map(({ target, application }) => ({ target, application }))).toEqual(keys);
    });

    it('names each holder once', async () => {
      const [tenant, first, second, third] = [freshTenant(), freshDeployment(), freshDeployment(), freshDeployment()];
      await taken(tenant, first, shopOn('a', 'b'));
      await taken(tenant, second, shopOn('c'));
      const answer = await leases.take(tenant, third, shopOn('a', 'b', 'c'));
      expect('heldBy' in answer && [...answer.heldBy].sort()).toEqual([first, second].sort());
    });

    it('lets one of many win that take crossing sets at the same time', async () => {
      const tenant = freshTenant();
      const racers = Array.from({ length: 8 }, () => freshDeployment());
      const answers = await Promise.all(racers.map((racer, index) => leases.take(tenant, racer, index % 2 === 0 ? shopOn('a', 'b', 'c') : shopOn('c', 'b'))));
      expect(answers.filter((answer) => 'taken' in answer)).toHaveLength(1);
    });

    it('changes nothing when the holder takes again, and takes what it does not hold yet', async () => {
      const [tenant, deployment] = [freshTenant(), freshDeployment()];
      await taken(tenant, deployment, shopOn('edge'));
      expect((await taken(tenant, deployment, shopOn('edge'))).map(({ generation }) => generation)).toEqual([1]);
      expect((await taken(tenant, deployment, shopOn('edge', 'rim'))).map(({ generation }) => generation)).toEqual([1, 1]);
    });

    it('raises the generation by two with every holder, so that a rollback has one of its own', async () => {
      const tenant = freshTenant();
      for (const generation of [1, 3, 5]) {
        const deployment = freshDeployment();
        expect((await taken(tenant, deployment, shopOn('edge')))[0]).toMatchObject({ generation });
        expect((await leases.read(tenant, 'edge', 'shop'))[0]).toMatchObject({ holder: deployment, generation: generation + 1 });
        await leases.free(tenant, deployment, {});
      }
    });

    it('remembers what serves when it is freed, and by whom', async () => {
      const [tenant, first, second] = [freshTenant(), freshDeployment(), freshDeployment()];
      await taken(tenant, first, shopOn('edge', 'rim'));
      await leases.free(tenant, first, { edge: release('1.0.0') });
      expect((await leases.read(tenant, 'edge', 'shop'))[0]).toEqual({ target: 'edge', application: 'shop', holder: null, generation: 2, stable: release('1.0.0'), stableBy: first });
      expect((await leases.read(tenant, 'rim', 'shop'))[0]).toMatchObject({ holder: null, stable: null, stableBy: null });
      expect((await taken(tenant, second, shopOn('edge')))[0]).toMatchObject({ stable: release('1.0.0'), stableBy: first });
      await leases.free(tenant, second, {});
      expect((await leases.read(tenant, 'edge', 'shop'))[0]).toMatchObject({ stable: release('1.0.0'), stableBy: first });
    });

    it('forgets what served when nothing serves any more', async () => {
      const [tenant, first, second] = [freshTenant(), freshDeployment(), freshDeployment()];
      await taken(tenant, first, shopOn('edge'));
      await leases.free(tenant, first, { edge: release('1.0.0') });
      await taken(tenant, second, shopOn('edge'));
      await leases.free(tenant, second, { edge: null });
      expect((await leases.read(tenant, 'edge', 'shop'))[0]).toMatchObject({ stable: null, stableBy: null });
    });

    it('changes nothing when it is freed twice, also after another took it', async () => {
      const [tenant, first, second] = [freshTenant(), freshDeployment(), freshDeployment()];
      await taken(tenant, first, shopOn('edge'));
      await leases.free(tenant, first, { edge: release('1.0.0') });
      await taken(tenant, second, shopOn('edge'));
      await leases.free(tenant, first, { edge: release('0.9.0') });
      expect((await leases.read(tenant, 'edge', 'shop'))[0]).toMatchObject({ holder: second, stable: release('1.0.0') });
    });

    it('tells applications on a target apart', async () => {
      const [tenant, shop, blog] = [freshTenant(), freshDeployment(), freshDeployment()];
      await taken(tenant, shop, shopOn('edge'));
      expect((await taken(tenant, blog, [{ target: 'edge', application: 'blog' }]))[0]).toMatchObject({ generation: 1, holder: blog });
      expect((await leases.read(tenant, 'edge')).map(({ application, holder }) => [application, holder]).sort()).toEqual([['blog', blog], ['shop', shop]]);
      expect(await leases.read(tenant, 'edge', 'none')).toEqual([]);
    });

    it('lists what a deployment holds, and all that is held', async () => {
      const [tenant, first, second] = [freshTenant(), freshDeployment(), freshDeployment()];
      await taken(tenant, first, shopOn('a', 'b'));
      await taken(tenant, second, shopOn('c'));
      expect((await leases.heldBy(tenant, first)).map(({ target }) => target).sort()).toEqual(['a', 'b']);
      expect((await leases.listHeld(tenant)).map(({ target }) => target).sort()).toEqual(['a', 'b', 'c']);
      await leases.free(tenant, first, {});
      expect((await leases.listHeld(tenant)).map(({ target }) => target)).toEqual(['c']);
    });

    it('keeps requests that wait until they are taken out', async () => {
      const tenant = freshTenant();
      const entry = (deployment: string, at: string): QueueEntry => ({ deployment, application: 'shop', environment: 'production', targets: ['edge', 'rim'], priority: 1, at });
      const [first, second] = [entry(freshDeployment(), '2026-11-21T12:00:00.000Z'), entry(freshDeployment(), '2026-11-21T12:00:01.000Z')];
      await leases.enqueue(tenant, second);
      await leases.enqueue(tenant, first);
      await leases.enqueue(tenant, first);
      expect((await leases.queued(tenant)).toSorted((one, other) => (one.at < other.at ? -1 : 1))).toEqual([first, second]);
      await leases.dequeue(tenant, first.deployment);
      await leases.dequeue(tenant, first.deployment);
      expect(await leases.queued(tenant)).toEqual([second]);
    });

    it('keeps tenants apart in every method', async () => {
      const [one, two, deployment] = [freshTenant(), freshTenant(), freshDeployment()];
      await taken(one, deployment, shopOn('edge'));
      await leases.enqueue(one, { deployment, application: 'shop', environment: 'production', targets: ['edge'], priority: 1, at: '2026-11-21T12:00:00.000Z' });
      expect(await leases.read(two, 'edge')).toEqual([]);
      expect(await leases.heldBy(two, deployment)).toEqual([]);
      expect(await leases.listHeld(two)).toEqual([]);
      expect(await leases.queued(two)).toEqual([]);
      await leases.dequeue(two, deployment);
      await leases.free(two, deployment, { edge: release('9.9.9') });
      expect((await taken(two, freshDeployment(), shopOn('edge')))[0]).toMatchObject({ generation: 1 });
      expect((await leases.read(one, 'edge'))[0]).toMatchObject({ holder: deployment, stable: null });
      expect(await leases.queued(one)).toHaveLength(1);
    });
  });
}
