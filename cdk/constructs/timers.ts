import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { ScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import { Queue, RedrivePermission } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

import { functionTable } from '#contracts/function-table';

import { keptQueue } from './queues.ts';

/** A timer's message may fail this often before it goes to the queue of the dead; the sweep sets again what has lost its timer. */
const ATTEMPTS = 10;

/** The timers' queue, and what the scheduler needs to send to it when a timer is hours away. */
export class Timers extends Construct {
  readonly queue: Queue;
  readonly dead: Queue;
  readonly role: Role;
  readonly group: string;

  constructor(scope: Construct, id: string, props: { readonly name: string; readonly encryptionKey?: IKey }) {
    super(scope, id);
    const kept = keptQueue(props.encryptionKey);
    const queueName = `${props.name}-timers`;
    // By its name, since each of the two queues tells of the other.
    const source = Queue.fromQueueArn(this, 'Source', Stack.of(this).formatArn({ service: 'sqs', resource: queueName }));
    this.dead = new Queue(this, 'Dead', { queueName: `${queueName}-failed`, retentionPeriod: Duration.days(14), redriveAllowPolicy: { redrivePermission: RedrivePermission.BY_QUEUE, sourceQueues: [source] }, ...kept });
    // SQS asks for six times the function's time, so that a message does not come again while it is worked on.
    this.queue = new Queue(this, 'Queue', {
      queueName, visibilityTimeout: Duration.seconds(6 * functionTable.timer.timeoutSeconds), retentionPeriod: Duration.days(14),
      receiveMessageWaitTime: Duration.seconds(20), deadLetterQueue: { queue: this.dead, maxReceiveCount: ATTEMPTS }, ...kept,
    });
    this.group = props.name;
    // Schedules are nothing without the role below; the sweep sets again what is missing.
    new ScheduleGroup(this, 'Group', { scheduleGroupName: this.group, removalPolicy: RemovalPolicy.DESTROY });
    this.role = new Role(this, 'SchedulerRole', { assumedBy: new ServicePrincipal('scheduler.amazonaws.com') });
    this.queue.grantSendMessages(this.role);
  }
}
