import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';

import { Failure } from '#contracts/errors';
import { serviceEnvironment } from '#contracts/function-environment';
import { systemClock } from '#engine/system-clock';
import { SystemIds } from '#engine/system-ids';
import { Vault } from '#engine/vault';
import type { Blobs } from '#ports/blobs';
import type { Ports } from '#ports/ports';

import { BucketBlobs } from './blobs.ts';
import { DynamoEventStore } from './event-store.ts';
import { Feed } from './feed.ts';
import { DynamoKeys } from './keys.ts';
import { DynamoLeases } from './lease.ts';
import { DynamoReadModels } from './read-model.ts';
import { sealedKeysIn } from './sealed-keys.ts';
import { DynamoSecrets } from './secrets.ts';
import { Table } from './table.ts';

/** Which tables, and the bucket and the master key where they are needed. */
export type DataPortsOptions = { readonly eventsTable: string; readonly stateTable: string; readonly blobsBucket?: string; readonly masterKey?: Uint8Array };

/** The ports that the tables and the bucket serve, without a control plane around them; and what its projector and relay would do. */
export type AwsDataPorts = {
  readonly ports: Pick<Ports, 'events' | 'readModels' | 'leases' | 'blobs' | 'secrets' | 'keys' | 'clock' | 'ids'>;
  readonly feed: Feed;
  readonly state: Table;
  close(): void;
};

/** Nobody waits for a command as for a request: 10 tries of 5 s bridge a table that is being scaled. */
const PATIENT = { maxAttempts: 10, requestHandler: { connectionTimeout: 1000, requestTimeout: 5000, throwOnRequestTimeout: true } } as const;

/** Opens the tables with clients of their own, so that nothing but DynamoDB's and S3's is loaded. */
export function openDataPorts({ eventsTable, stateTable, blobsBucket, masterKey }: DataPortsOptions): AwsDataPorts {
  const dynamodb = new DynamoDBClient(PATIENT);
  const s3 = new S3Client({ ...PATIENT, forcePathStyle: serviceEnvironment.parse(process.env).AWS_ENDPOINT_URL !== undefined });
  const events = new Table(dynamodb, eventsTable);
  const state = new Table(dynamodb, stateTable);
  const feed = new Feed(events, state);
  const vault = async () => {
    if (masterKey === undefined) throw new Failure('rule-broken', 'Secrets can be read and set with the master key only: name its file.');
    return await Vault.open(sealedKeysIn(state), masterKey);
  };
  return {
    ports: {
      events: new DynamoEventStore(events, feed), readModels: new DynamoReadModels(state, () => systemClock.now()), leases: new DynamoLeases(state), keys: new DynamoKeys(state),
      secrets: new DynamoSecrets(state, vault), blobs: blobsBucket === undefined ? noBlobs : new BucketBlobs(s3, blobsBucket), clock: systemClock, ids: new SystemIds(),
    },
    feed, state,
    close: () => {
      dynamodb.destroy();
      s3.destroy();
    },
  };
}

const withoutBucket = async (): Promise<never> => await Promise.reject(new Failure('rule-broken', 'There are plans that are too long for an event: name the bucket that holds them.'));
const noBlobs: Blobs = { put: withoutBucket, get: withoutBucket };
