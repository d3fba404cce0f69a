import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { EventEnvelope, NewEvent } from '#contracts/events';
import { eventCatalogue, eventEnvelope } from '#contracts/events';
import type { Bus } from '#ports/bus';

import { expectFailure, freshDeployment, freshTenant } from './subject.ts';
import type { OpenSubject, Subject } from './subject.ts';

/** What was given to whom. */
export type Received = { readonly consumer: string; readonly event: EventEnvelope };

/**
 * A bus whose consumers only note what they are given; `settle` waits until nothing more is on its way of what was published before, virtually
 * or by really waiting. Other suites may publish too.
 */
export type BusSubject = Subject<Bus> & { readonly received: readonly Received[]; settle(): Promise<void> };

const TRACE = '0af7651916cd43dd8448eb211c80319c';

export function reported(deployment: string, command = 'deploy'): NewEvent {
  return { type: 'ReportReceived', payload: { deployment, report: { command, outcome: 'succeeded', reason: 'done' } } };
}

/** What every bus promises. */
export function busContract(name: string, open: OpenSubject<BusSubject>): void {
  describe(`bus: ${name}`, () => {
    let subject: BusSubject;
    beforeAll(async () => {
      subject = await open();
    });
    afterAll(() => subject.close());

    /** What a tenant's consumers were given, each once: an event may come twice. */
    const receivedOf = async (tenant: string): Promise<readonly Received[]> => {
      await subject.settle();
      const own = subject.received.filter(({ event }) => event.tenant === tenant);
      return [...new Map(own.map((one) => [`${one.consumer} ${one.event.stream} ${one.event.version}`, one])).values()];
    };

    it('gives an event to the consumers whose rule matches, as a whole envelope', async () => {
      const [tenant, event] = [freshTenant(), reported(freshDeployment())];
      await subject.port.publish(tenant, [event], TRACE);
      const received = await receivedOf(tenant);
      expect(received.map(({ consumer }) => consumer)).toEqual(['record-report']);
      const envelope = eventEnvelope.parse(received[0]?.event);
      expect(envelope).toMatchObject({ tenant, type: 'ReportReceived', schemaVersion: 1, traceId: TRACE, payload: event.payload });
      expect(envelope.hash).toMatch(/^[0-9a-f]{64}$/);
    });

    it('gives each event a place of its own, by which a repetition is told', async () => {
      const tenant = freshTenant();
      const event = reported(freshDeployment());
      await subject.port.publish(tenant, [event, event], TRACE);
      expect(await receivedOf(tenant)).toHaveLength(2);
    });

    it('takes many events at once', async () => {
      const tenant = freshTenant();
      const commands = Array.from({ length: 25 }, (_, index) => `command-${index}`);
      await subject.port.publish(tenant, commands.map((command) => reported(freshDeployment(), command)), TRACE);
      const received = (await receivedOf(tenant)).map(({ event }) => eventCatalogue.ReportReceived.payload.parse(event.payload).report.command);
      expect(received.toSorted()).toEqual(commands.toSorted());
    });

    it('takes an event that no rule matches, and gives it to nobody', async () => {
      const tenant = freshTenant();
      await subject.port.publish(tenant, [{ type: 'SweepFound', payload: { kind: 'lease', subject: 'edge', repaired: true, reason: 'it was left over' } }], TRACE);
      expect(await receivedOf(tenant)).toEqual([]);
    });

    it('refuses all when one does not fit the catalogue', async () => {
      const tenant = freshTenant();
      const misfit: NewEvent = JSON.parse('{"type":"ReportReceived","payload":{"deployment":"dep-1"}}');
      await expectFailure(subject.port.publish(tenant, [reported(freshDeployment()), misfit], TRACE), 'rule-broken');
      expect(await receivedOf(tenant)).toEqual([]);
    });
  });
}
