import { randomUUID } from 'node:crypto';

import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SchedulerClient, CreateScheduleGroupCommand, GetScheduleCommand, ListSchedulesCommand } from '@aws-sdk/client-scheduler';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { BucketBlobs } from '#aws/blobs';
import { QueueDelays } from '#aws/delays';
import { QueueTimers } from '#aws/timer';
import { systemClock } from '#engine/system-clock';

import { blobContract } from '../contracts/blobs.ts';
import { busContract } from '../contracts/bus.ts';
import { freshDeployment, freshTenant } from '../contracts/subject.ts';
import { timerContract } from '../contracts/timer.ts';
import type { Fired } from '../contracts/timer.ts';
import { workflowContract } from '../contracts/workflow.ts';
import { hasOnlyDynamodb, until, wait } from './bed.ts';
import { openEventBus } from './bus-subject.ts';
import { serveQueue } from './queue.ts';
import { freshTables } from './tables.ts';
import { openStepFunctions } from './workflow-subject.ts';

const ROLE = 'arn:aws:iam::000000000000:role/scheduler';

/** A delay has whole seconds, and a poll takes some time: what is due comes this much later at the most. */
const INACCURACY_MILLISECONDS = 2000;

describe.skipIf(hasOnlyDynamodb)('services of the emulator (test/bed/aws run)', () => {
  workflowContract('Step Functions', openStepFunctions);

  busContract('EventBridge', openEventBus);

  blobContract('S3', async () => {
    const client = new S3Client({ forcePathStyle: true, maxAttempts: 3 });
    const bucket = `suite-${randomUUID()}`;
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
    return {
      port: new BucketBlobs(client, bucket), close: async () => client.destroy(),
      async damage(tenant, digest) {
        await client.send(new PutObjectCommand({ Bucket: bucket, Key: `${tenant}/${digest.slice('sha256:'.length)}`, Body: 'damaged' }));
      },
    };
  });

  timerContract('SQS', async () => {
    const made = await freshTables();
    const fired: Fired[] = [];
    const queue = await serveQueue(async (text) => await timers.receive(text, async (payload) => { fired.push({ payload, at: Date.now() }); }));
    const scheduler = new SchedulerClient({ maxAttempts: 3 });
    const timers = new QueueTimers(made.state, new QueueDelays({ queues: queue.client, scheduler, queueUrl: queue.url, queueArn: queue.arn, scheduleGroup: 'default', roleArn: ROLE }), systemClock);
    return {
      port: timers, fired, now: () => Date.now(), pass: async (seconds) => await wait(seconds * 1000 + INACCURACY_MILLISECONDS),
      async close() {
        await queue.close();
        scheduler.destroy();
        made.close();
        if (queue.errors.length > 0) throw new AggregateError(queue.errors);
      },
    };
  });

  describe('delays of hours', () => {
    const scheduler = new SchedulerClient({ maxAttempts: 3 });
    const scheduleGroup = `suite-${randomUUID()}`;
    const arrived: { readonly text: string; readonly at: number }[] = [];
    let queue: Awaited<ReturnType<typeof serveQueue>>;
    let delays: QueueDelays;
    let tables: Awaited<ReturnType<typeof freshTables>>;
    beforeAll(async () => {
      tables = await freshTables();
      queue = await serveQueue((text) => { arrived.push({ text, at: Date.now() }); });
      await scheduler.send(new CreateScheduleGroupCommand({ Name: scheduleGroup }));
      delays = new QueueDelays({ queues: queue.client, scheduler, queueUrl: queue.url, queueArn: queue.arn, scheduleGroup, roleArn: ROLE });
    });
    afterAll(async () => {
      await queue.close();
      scheduler.destroy();
      tables.close();
    });

    it('bring the message to the queue at their instant, once, and are forgotten then', async () => {
      const at = Date.now() + 2000;
      await delays.schedule('soon', '{"a":"message"}', at);
      await delays.schedule('soon', '{"a":"message"}', at);
      await until(() => arrived.length > 0);
      expect(arrived.map(({ text }) => text)).toEqual(['{"a":"message"}']);
      expect(arrived[0]?.at).toBeGreaterThanOrEqual(at);
      await until(async () => await scheduler.send(new GetScheduleCommand({ GroupName: scheduleGroup, Name: 'soon' })).then(() => false, () => true));
    });

    it('are the scheduler\'s from an hour on, in whole seconds of UTC, and one more for each time that a timer is moved', async () => {
      const timers = new QueueTimers(tables.state, delays, systemClock);
      const payload = { kind: 'wait-over', tenant: freshTenant(), deployment: freshDeployment(), step: 'approve-1' } as const;
      const at = new Date(Math.ceil(Date.now() / 1000) * 1000 + 7 * 86_400_000).toISOString();
      for (let times = 0; times < 2; times += 1) await timers.set({ id: 'week', at, payload });
      const { Schedules = [] } = await scheduler.send(new ListSchedulesCommand({ GroupName: scheduleGroup }));
      const expressions = await Promise.all(Schedules.map(async ({ Name }) => (await scheduler.send(new GetScheduleCommand({ GroupName: scheduleGroup, Name }))).ScheduleExpression));
      expect(expressions).toEqual([`at(${at.slice(0, 19)})`, `at(${at.slice(0, 19)})`]);
    });
  });
});
