import { randomUUID } from 'node:crypto';

import { CreateEventBusCommand, EventBridgeClient, PutEventsCommand, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import * as z from 'zod';

import { EventBridgeBus } from '#aws/bus';
import { EventBridge } from '#aws/event-bridge';
import { busRules } from '#contracts/bus-rules';
import { eventEnvelope } from '#contracts/events';
import { systemClock } from '#engine/system-clock';
import { SystemIds } from '#engine/system-ids';

import type { BusSubject, Received } from '../contracts/bus.ts';
import { until } from './bed.ts';
import { serveQueue } from './queue.ts';
import type { ServedQueue } from './queue.ts';

const delivered = z.looseObject({ detail: z.unknown() });
const marker = z.looseObject({ 'detail-type': z.literal('Marker'), detail: z.object({ id: z.string() }) });

/** A bus of EventBridge with our rules, of which each has a queue as its target, and one more rule for markers that tell that all before them has come. */
export async function openEventBus(): Promise<BusSubject> {
  const client = new EventBridgeClient({ maxAttempts: 3 });
  const name = `suite-${randomUUID()}`;
  await client.send(new CreateEventBusCommand({ Name: name }));
  const received: Received[] = [];
  const markers = new Set<string>();
  const listen = async (rule: string, pattern: unknown, take: (text: string) => void) => {
    const queue = await serveQueue(take);
    await client.send(new PutRuleCommand({ Name: rule, EventBusName: name, EventPattern: JSON.stringify(pattern) }));
    await client.send(new PutTargetsCommand({ Rule: rule, EventBusName: name, Targets: [{ Id: 'queue', Arn: queue.arn }] }));
    return queue;
  };
  const queues: ServedQueue[] = [];
  for (const { consumer, pattern } of busRules) queues.push(await listen(consumer, pattern, (text) => { received.push({ consumer, event: eventEnvelope.parse(delivered.parse(JSON.parse(text)).detail) }); }));
  for (const { consumer } of busRules) queues.push(await listen(`marker-${consumer}`, { source: ['suite'], detail: { rule: [consumer] } }, (text) => { markers.add(marker.parse(JSON.parse(text)).detail.id); }));
  return {
    port: new EventBridgeBus(new EventBridge(client, name), systemClock, new SystemIds()), received,
    /** A message of each queue is taken before those that come after it, give or take the second that a poll waits. */
    async settle() {
      for (let round = 0; round < 2; round += 1) {
        const ids = busRules.map(({ consumer }) => ({ consumer, id: randomUUID() }));
        await client.send(new PutEventsCommand({ Entries: ids.map(({ consumer, id }) => ({ EventBusName: name, Source: 'suite', DetailType: 'Marker', Detail: JSON.stringify({ rule: consumer, id }) })) }));
        await until(() => ids.every(({ id }) => markers.has(id)));
      }
    },
    async close() {
      for (const queue of queues) await queue.close();
      client.destroy();
    },
  };
}
