import { Duration } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Queue, QueueEncryption, RedrivePermission } from 'aws-cdk-lib/aws-sqs';
import type { QueueProps } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

import { acknowledge } from './acknowledge.ts';

/** How queues are kept: by a customer key or by SQS itself. */
export function keptQueue(encryptionKey: IKey | undefined): QueueProps {
  return { enforceSSL: true, ...(encryptionKey === undefined ? { encryption: QueueEncryption.SQS_MANAGED } : { encryption: QueueEncryption.KMS, encryptionMasterKey: encryptionKey }) };
}

/**
 * The on-failure queues: one for each function that is called without somebody waiting for it. Messages stay for 14 days, the longest there is. Lambda puts them there; no queue may have one
 * of these as its dead-letter queue, so that each holds what its alarm says.
 */
export class Queues extends Construct {
  readonly #queues = new Map<string, Queue>();
  readonly #props: { readonly name: string; readonly encryptionKey?: IKey };

  constructor(scope: Construct, id: string, props: { readonly name: string; readonly encryptionKey?: IKey }) {
    super(scope, id);
    this.#props = props;
  }

  /** The queue of a function, made at its first mention. */
  of(name: string): Queue {
    const known = this.#queues.get(name);
    if (known !== undefined) return known;
    const made = new Queue(this, name, { queueName: `${this.#props.name}-${name}-failed`, retentionPeriod: Duration.days(14), redriveAllowPolicy: { redrivePermission: RedrivePermission.DENY_ALL }, ...keptQueue(this.#props.encryptionKey) });
    acknowledge(made, 'lastQueue');
    this.#queues.set(name, made);
    return made;
  }

  all(): readonly (readonly [name: string, queue: Queue])[] {
    return [...this.#queues];
  }
}
