import type { Blobs } from '#ports/blobs';
import type { Bus } from '#ports/bus';
import type { Clock, Ids } from '#ports/clock';
import type { Connections } from '#ports/connections';
import type { EventStore } from '#ports/event-store';
import type { Idempotency } from '#ports/idempotency';
import type { Keys } from '#ports/keys';
import type { Leases } from '#ports/lease';
import type { Permits } from '#ports/permits';
import type { ReadModels } from '#ports/read-model';
import type { Samples } from '#ports/samples';
import type { Secrets } from '#ports/secrets';
import type { Timers } from '#ports/timer';
import type { Workflow } from '#ports/workflow';

/** Everything outside that use cases need. A composition root fills it. */
export type Ports = {
  readonly events: EventStore;
  readonly readModels: ReadModels;
  readonly leases: Leases;
  readonly workflow: Workflow;
  readonly bus: Bus;
  readonly timers: Timers;
  readonly blobs: Blobs;
  readonly secrets: Secrets;
  readonly samples: Samples;
  readonly connections: Connections;
  readonly keys: Keys;
  readonly idempotency: Idempotency;
  readonly permits: Permits;
  readonly clock: Clock;
  readonly ids: Ids;
};
