import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { EventEnvelope, NewEvent } from '#contracts/events';
import { eventEnvelope } from '#contracts/events';
import type { Bus } from '#ports/bus';

import { expectFailure, freshDeployment, freshTenant } from './subject.ts';
import type { OpenSubject, Subject } from './subject.ts';

/** What was given to whom. */
export type Received = { readonly consumer: string; readonly event: EventEnvelope };

/** A bus whose consumers only note what they are given; `settle` waits until nothing more is on its way. */
export type BusSubject = Subject<Bus> & { readonly received: readonly Received[]; settle(): Promise<void> };

const TRACE = '0af7651916cd43dd8448eb211c80319c';

export function reported(deployment: string, command = 'deploy'): NewEvent {
  return { type: 'ReportReceived', payload: { deployment, report: { command, outcome: 'succeeded', reason: 'done' } } };
}

/** What every bus promises. */
export function busContract(name: string, open: OpenSubject<BusSubject>): void {
  describe(`bus: ${name}`, () => {
    let subject: BusSubject;
    beforeEach(async () => {
      subject = await open();
    });
    afterEach(() => subject.close());

    it('gives an event to the consumers whose rule matches, as a whole envelope', async () => {
      const [tenant, event] = [freshTenant(), reported(freshDeployment())];
      await subject.port.publish(tenant, [event], TRACE);
      await subject.settle();
      expect(subject.received.map(({ consumer }) => consumer)).toEqual(['record-report']);
      const envelope = eventEnvelope.parse(subject.received[0]?.event);
      expect(envelope).toMatchObject({ tenant, type: 'ReportReceived', schemaVersion: 1, traceId: TRACE, payload: event.payload });
      expect(envelope.hash).toMatch(/^[0-9a-f]{64}$/);
    });

    it('gives each event a place of its own, by which a repetition is told', async () => {
      const tenant = freshTenant();
      const event = reported(freshDeployment());
      await subject.port.publish(tenant, [event, event], TRACE);
      await subject.settle();
      expect(subject.received).toHaveLength(2);
      expect(new Set(subject.received.map(({ event: { stream, version } }) => `${stream} ${version}`)).size).toBe(2);
    });

    it('takes an event that no rule matches, and gives it to nobody', async () => {
      await subject.port.publish(freshTenant(), [{ type: 'SweepFound', payload: { kind: 'lease', subject: 'edge', repaired: true, reason: 'it was left over' } }], TRACE);
      await subject.settle();
      expect(subject.received).toEqual([]);
    });

    it('refuses all when one does not fit the catalogue', async () => {
      const misfit: NewEvent = JSON.parse('{"type":"ReportReceived","payload":{"deployment":"dep-1"}}');
      await expectFailure(subject.port.publish(freshTenant(), [reported(freshDeployment()), misfit], TRACE), 'rule-broken');
      await subject.settle();
      expect(subject.received).toEqual([]);
    });
  });
}
