import { CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { SQSClient, SendMessageCommand } from '@aws-sdk/client-sqs';

import { SERVICE_CALLS } from './calls.ts';
import { tellingOutages } from './outages.ts';
import type { Delays } from './timer.ts';

/** The delays of a queue, and of the scheduler that sends to it. */
export type QueueDelaysOptions = {
  readonly queues: SQSClient; readonly scheduler: SchedulerClient;
  readonly queueUrl: string; readonly queueArn: string; readonly scheduleGroup: string;
  /** The role by which the scheduler sends to the queue. */
  readonly roleArn: string;
};

/** The delays of SQS and EventBridge Scheduler. */
export class QueueDelays implements Delays {
  readonly #options: QueueDelaysOptions;

  constructor(options: QueueDelaysOptions) {
    this.#options = options;
  }

  async send(text: string, delaySeconds: number): Promise<void> {
    await this.#options.queues.send(new SendMessageCommand({ QueueUrl: this.#options.queueUrl, MessageBody: text, DelaySeconds: delaySeconds }));
  }

  async schedule(name: string, text: string, at: number): Promise<void> {
    const { scheduler, scheduleGroup, queueArn, roleArn } = this.#options;
    try {
      await scheduler.send(new CreateScheduleCommand({
        Name: name, GroupName: scheduleGroup, ScheduleExpression: `at(${new Date(Math.ceil(at / 1000) * 1000).toISOString().slice(0, 'yyyy-mm-ddThh:mm:ss'.length)})`, ScheduleExpressionTimezone: 'UTC',
        FlexibleTimeWindow: { Mode: 'OFF' }, ActionAfterCompletion: 'DELETE', Target: { Arn: queueArn, RoleArn: roleArn, Input: text },
      }));
    } catch (error) {
      if (!(error instanceof Error && error.name === 'ConflictException')) throw error;
    }
  }
}

/** The delays of a queue, with clients of their own. */
export function openDelays(options: Omit<QueueDelaysOptions, 'queues' | 'scheduler'>): Delays {
  return new QueueDelays({ ...options, queues: tellingOutages(new SQSClient({ ...SERVICE_CALLS, useQueueUrlAsEndpoint: false })), scheduler: tellingOutages(new SchedulerClient(SERVICE_CALLS)) });
}
