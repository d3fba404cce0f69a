import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Permit, Permits } from '#ports/permits';

import { freshTenant } from './subject.ts';
import type { OpenSubject, Subject } from './subject.ts';

/** Permits; `pass` lets seconds pass, virtually or by really waiting. */
export type PermitSubject = Subject<Permits> & { pass(seconds: number): Promise<void> };

const BOUND = { most: 3, heldSeconds: 600 };

/** What all permits promise. */
export function permitContract(name: string, open: OpenSubject<PermitSubject>): void {
  describe(`permits: ${name}`, () => {
    let subject: PermitSubject;
    let permits: Permits;
    beforeAll(async () => {
      subject = await open();
      permits = subject.port;
    });
    afterAll(() => subject.close());

    const permitsOf = (tenant: string, count: number, kind = 'look'): readonly Permit[] => Array.from({ length: count }, (_, index) => ({ tenant, kind, holder: `holder-${index}` }));
    const takeAll = async (all: readonly Permit[], bound = BOUND) => {
      const answers: boolean[] = [];
      for (const permit of all) answers.push(await permits.take(permit, bound));
      return answers;
    };

    it('are given out until as many as may be are out', async () => {
      expect(await takeAll(permitsOf(freshTenant(), 5))).toEqual([true, true, true, false, false]);
    });

    it('are given to no more than may have one when many ask at the same time', async () => {
      const tenant = freshTenant();
      const answers = await Promise.all(permitsOf(tenant, 12).map(async (permit) => await permits.take(permit, BOUND)));
      expect(answers.filter((isTaken) => isTaken)).toHaveLength(BOUND.most);
    });

    it('are free again when they are given back, each once', async () => {
      const all = permitsOf(freshTenant(), 5);
      const [first, , , fourth, fifth] = all;
      if (first === undefined || fourth === undefined || fifth === undefined) throw new Error('there are five');
      await takeAll(all.slice(0, 3));
      await permits.giveBack(first);
      await permits.giveBack(first);
      expect(await takeAll([fourth, fifth])).toEqual([true, false]);
    });

    it('may be given back though nobody has them', async () => {
      const [permit, ...others] = permitsOf(freshTenant(), 4);
      if (permit === undefined) throw new Error('there are four');
      await permits.giveBack(permit);
      expect(await takeAll(others)).toEqual([true, true, true]);
    });

    it('are taken once by a holder that asks again', async () => {
      const [first, second, third] = permitsOf(freshTenant(), 3);
      if (first === undefined || second === undefined || third === undefined) throw new Error('there are three');
      expect(await takeAll([first, first, first, second, third])).toEqual([true, true, true, true, true]);
    });

    it('of other tenants and kinds are others', async () => {
      const tenant = freshTenant();
      expect(await takeAll([...permitsOf(tenant, 3), ...permitsOf(freshTenant(), 3), ...permitsOf(tenant, 3, 'other')])).not.toContain(false);
    });

    it('end by themselves when their time is over, and may then be given back without harm', async () => {
      const [lost, next] = permitsOf(freshTenant(), 2);
      if (lost === undefined || next === undefined) throw new Error('there are two');
      const bound = { most: 1, heldSeconds: 2 };
      expect(await takeAll([lost, next], bound)).toEqual([true, false]);
      await subject.pass(2.5);
      expect(await takeAll([next], { most: 1, heldSeconds: 600 })).toEqual([true]);
      await permits.giveBack(lost);
      expect(await takeAll([lost], bound)).toEqual([false]);
    });
  });
}
