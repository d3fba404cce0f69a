import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { TimerPayload } from '#contracts/timers';
import type { Timers } from '#ports/timer';

import { freshDeployment, freshTenant } from './subject.ts';
import type { OpenSubject, Subject } from './subject.ts';

/** Timers whose handler only notes what fired. `at` is an instant some seconds from now; `pass` lets them pass and what is due fire. */
export type TimerSubject = Subject<Timers> & { readonly fired: readonly TimerPayload[]; at(seconds: number): string; pass(seconds: number): Promise<void> };

const waitOver = (step: string): TimerPayload => ({ kind: 'wait-over', tenant: freshTenant(), deployment: freshDeployment(), step });

/** What all timers promise. */
export function timerContract(name: string, open: OpenSubject<TimerSubject>): void {
  describe(`timers: ${name}`, () => {
    let subject: TimerSubject;
    beforeEach(async () => {
      subject = await open();
    });
    afterEach(() => subject.close());

    it('fires with its payload when its time has come, never earlier, and then no more', async () => {
      const payload = waitOver('bake-1');
      await subject.port.set({ id: 'one', at: subject.at(10), payload });
      await subject.pass(9);
      expect(subject.fired).toEqual([]);
      await subject.pass(1);
      expect(subject.fired).toEqual([payload]);
      await subject.pass(3600);
      expect(subject.fired).toEqual([payload]);
    });

    it('fires at once when its time is over already', async () => {
      const payload = waitOver('bake-1');
      await subject.port.set({ id: 'one', at: subject.at(-60), payload });
      await subject.pass(0);
      expect(subject.fired).toEqual([payload]);
    });

    it('moves and replaces a timer that is set again, to sooner or later', async () => {
      const [moved, sooner] = [waitOver('moved'), waitOver('sooner')];
      await subject.port.set({ id: 'later', at: subject.at(10), payload: waitOver('first') });
      await subject.port.set({ id: 'later', at: subject.at(20), payload: moved });
      await subject.port.set({ id: 'sooner', at: subject.at(100), payload: waitOver('second') });
      await subject.port.set({ id: 'sooner', at: subject.at(5), payload: sooner });
      await subject.pass(15);
      expect(subject.fired).toEqual([sooner]);
      await subject.pass(200);
      expect(subject.fired).toEqual([sooner, moved]);
    });

    it('does not fire a timer that was cancelled before its time; cancelling what is not set is no error', async () => {
      await subject.port.set({ id: 'one', at: subject.at(10), payload: waitOver('bake-1') });
      await subject.port.cancel('one');
      await subject.port.cancel('one');
      await subject.pass(60);
      expect(subject.fired).toEqual([]);
    });

    it('fires many, those that are due first before those due later', async () => {
      const payloads = Array.from({ length: 100 }, (_, index) => waitOver(`step-${index}`));
      await Promise.all(payloads.map((payload, index) => subject.port.set({ id: `timer-${index}`, at: subject.at(100 - index), payload })));
      await subject.pass(50);
      expect(subject.fired).toHaveLength(50);
      await subject.pass(50);
      expect(new Set(subject.fired)).toEqual(new Set(payloads));
    });
  });
}
