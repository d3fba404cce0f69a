import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AttributeType, Billing, ProjectionType, StreamViewType, TableEncryptionV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';

import { tables } from '#contracts/tables';

import { acknowledge } from './acknowledge.ts';

/** What keeps the data. */
export type DataProps = {
  /** What the names of both tables and the bucket begin with. */
  readonly name: string;
  /** A customer key for both tables and the bucket; without one AWS-owned keys are used, which cost nothing. */
  readonly encryptionKey?: IKey;
  /** Whether tables and bucket go when the stack goes. Default: they stay, and the tables are protected from deletion. */
  readonly removeDataWithStack?: boolean;
};

const text = (name: string) => ({ name, type: AttributeType.STRING });

/**
 * The two tables and the bucket. They stay when the stack is deleted, unless it is told otherwise. Their names are fixed, so that CloudFormation
 * finds them again when the stack comes back (`cdk deploy --import-existing-resources`); it looks for what has a literal name and is retained, so the
 * bucket is found only by a stack that knows its account and region. What needs another key of a table needs another table, and so another name.
 */
export class Data extends Construct {
  /** The events, with the stream. */
  readonly events: TableV2;
  /** Read models, leases, keys, secrets, timers and all else. */
  readonly state: TableV2;
  /** What is too large for an event. */
  readonly blobs: Bucket;

  constructor(scope: Construct, id: string, props: DataProps) {
    super(scope, id);
    const { name, removeDataWithStack = false, encryptionKey } = props;
    const { account, region } = Stack.of(this);
    const removalPolicy = removeDataWithStack ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN;
    const shared = {
      billing: Billing.onDemand(), pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true }, deletionProtection: !removeDataWithStack, removalPolicy,
      encryption: encryptionKey === undefined ? TableEncryptionV2.dynamoOwnedKey() : TableEncryptionV2.customerManagedKey(encryptionKey),
    };
    const { events, state } = tables;
    this.events = new TableV2(this, 'Events', {
      ...shared, tableName: `${name}-events`, partitionKey: text(events.partitionKey), sortKey: text(events.sortKey), dynamoStream: StreamViewType[events.stream],
      globalSecondaryIndexes: [{ indexName: events.index.name, partitionKey: text(events.index.partitionKey), sortKey: text(events.index.sortKey), projectionType: ProjectionType.KEYS_ONLY }],
    });
    this.state = new TableV2(this, 'State', { ...shared, tableName: `${name}-state`, partitionKey: text(state.partitionKey), sortKey: text(state.sortKey), timeToLiveAttribute: state.timeToLive });
    this.blobs = new Bucket(this, 'Blobs', {
      // Names of buckets are the whole world's, so account and region stand in it.
      bucketName: `${name}-blobs-${account}-${region}`,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL, enforceSSL: true, versioned: true, removalPolicy, autoDeleteObjects: removeDataWithStack,
      // The same content is written again now and then; what it replaces is the same, and is kept for a month.
      lifecycleRules: [{ noncurrentVersionExpiration: Duration.days(30), abortIncompleteMultipartUploadAfter: Duration.days(7) }],
      ...(encryptionKey === undefined ? { encryption: BucketEncryption.S3_MANAGED } : { encryption: BucketEncryption.KMS, encryptionKey, bucketKeyEnabled: true }),
    });
    acknowledge(this.blobs, 'ownBucket');
  }
}
