import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { TimerPayload } from '#contracts/timers';
import type { Timers } from '#ports/timer';

import { freshDeployment, freshTenant, instantsOf } from './subject.ts';
import type { OpenSubject, TimedSubject } from './subject.ts';

/** What fired, and when by the service's clock, in milliseconds since 1970. */
export type Fired = { readonly payload: TimerPayload; readonly at: number };

/**
 * Timers whose handler only notes what fired. `pass` lets seconds pass, virtually or by really waiting, and returns when all that became due in
 * that time has fired; it may take longer than it says. Other suites may set timers too.
 */
export type TimerSubject = TimedSubject<Timers> & { readonly fired: readonly Fired[]; pass(seconds: number): Promise<void> };

/** What all timers promise. The times are short, because some services really wait. */
export function timerContract(name: string, open: OpenSubject<TimerSubject>): void {
  describe(`timers: ${name}`, () => {
    let subject: TimerSubject;
    let timers: Timers;
    beforeAll(async () => {
      subject = await open();
      timers = subject.port;
    });
    afterAll(() => subject.close());

    const waitOver = (tenant: string, step: string): TimerPayload => ({ kind: 'wait-over', tenant, deployment: freshDeployment(), step });
    const firedOf = (...tenants: readonly string[]) => subject.fired.filter(({ payload }) => tenants.includes(payload.tenant));
    /** Which fired, each once: a timer may fire twice. */
    const stepsOf = (...tenants: readonly string[]) => [...new Set(firedOf(...tenants).map(({ payload }) => (payload.kind === 'wait-over' ? payload.step : payload.kind)))].toSorted();

    it('fires with its payload when its time has come, never earlier', async () => {
      const [tenant, at] = [freshTenant(), instantsOf(subject)];
      const payload = waitOver(tenant, 'bake-1');
      await timers.set({ id: 'one', at: at(4), payload });
      await subject.pass(1);
      expect(firedOf(tenant)).toEqual([]);
      await subject.pass(3);
      expect(firedOf(tenant)[0]?.payload).toEqual(payload);
      for (const fired of firedOf(tenant)) expect(fired.at).toBeGreaterThanOrEqual(Date.parse(at(4)));
    });

    it('fires at once when its time is over already', async () => {
      const [tenant, at] = [freshTenant(), instantsOf(subject)];
      await timers.set({ id: 'one', at: at(-60), payload: waitOver(tenant, 'late') });
      await subject.pass(0);
      expect(stepsOf(tenant)).toEqual(['late']);
    });

    it('moves and replaces a timer that is set again, to later', async () => {
      const [tenant, at] = [freshTenant(), instantsOf(subject)];
      await timers.set({ id: 'one', at: at(2), payload: waitOver(tenant, 'first') });
      await timers.set({ id: 'one', at: at(6), payload: waitOver(tenant, 'moved') });
      await subject.pass(3);
      expect(stepsOf(tenant)).toEqual([]);
      await subject.pass(3);
      expect(stepsOf(tenant)).toEqual(['moved']);
    });

    it('moves and replaces a timer that is set again, to sooner', async () => {
      const [tenant, at] = [freshTenant(), instantsOf(subject)];
      await timers.set({ id: 'one', at: at(5), payload: waitOver(tenant, 'first') });
      await timers.set({ id: 'one', at: at(1), payload: waitOver(tenant, 'sooner') });
      await subject.pass(1);
      expect(stepsOf(tenant)).toEqual(['sooner']);
      await subject.pass(5);
      expect(stepsOf(tenant)).toEqual(['sooner']);
    });

    it('does not fire a timer that was cancelled before its time; cancelling what is not set is no error', async () => {
      const [tenant, at] = [freshTenant(), instantsOf(subject)];
      await timers.set({ id: 'one', at: at(3), payload: waitOver(tenant, 'cancelled') });
      await timers.cancel(tenant, 'one');
      await timers.cancel(tenant, 'one');
      await timers.set({ id: 'again', at: at(3), payload: waitOver(tenant, 'cancelled') });
      await timers.cancel(tenant, 'again');
      await timers.set({ id: 'again', at: at(2), payload: waitOver(tenant, 'set again') });
      await subject.pass(4);
      expect(stepsOf(tenant)).toEqual(['set again']);
    });

    it('keeps tenants apart: the same id is another timer, and nobody else\'s is moved or cancelled', async () => {
      const [one, two, at] = [freshTenant(), freshTenant(), instantsOf(subject)];
      await timers.set({ id: 'same', at: at(2), payload: waitOver(one, 'of one') });
      await timers.cancel(two, 'same');
      await timers.set({ id: 'same', at: at(2), payload: waitOver(two, 'of two') });
      await subject.pass(2);
      expect(stepsOf(one, two)).toEqual(['of one', 'of two']);
    });

    it('fires many that were set at the same time, each at its own', async () => {
      const [tenant, at] = [freshTenant(), instantsOf(subject)];
      const times = new Map(Array.from({ length: 40 }, (_, index) => [`step-${index}`, at(1 + (index % 4))]));
      await Promise.all([...times].map(([step, time]) => timers.set({ id: step, at: time, payload: waitOver(tenant, step) })));
      await subject.pass(4);
      expect(stepsOf(tenant)).toEqual([...times.keys()].toSorted());
      for (const { payload, at: firedAt } of firedOf(tenant)) expect(firedAt).toBeGreaterThanOrEqual(Date.parse(times.get(payload.kind === 'wait-over' ? payload.step : '') ?? ''));
    });
  });
}
