import * as z from 'zod';

import { deploymentEventPayloads, verdict } from '#domain/deployment/events';
import { report } from '#contracts/adapter';
import { resourceName } from '#domain/resources/names';
import { resource, resourceKind } from '#domain/resources/resource';
import { role } from '#contracts/roles';

/** The `source` of every event of ours on a bus. */
export const EVENT_SOURCE = 'sluice';

/**
 * The largest event, in bytes of JSON: what is larger goes to the blobs. 512 bytes below the largest message of the stream, for what the
 * message adds around the event.
 */
export const MAXIMUM_EVENT_BYTES = 32_768 - 512;

type CatalogueEntry = { readonly version: number; readonly relayed: boolean; readonly payload: z.ZodType };

const entry = <Payload extends z.ZodType>(payload: Payload, relayed = true) => ({ version: 1, relayed, payload }) as const satisfies CatalogueEntry;

type DeploymentEntries = { readonly [Type in keyof typeof deploymentEventPayloads]: { readonly version: 1; readonly relayed: boolean; readonly payload: (typeof deploymentEventPayloads)[Type] } };

const deploymentEntries = Object.fromEntries(Object.entries(deploymentEventPayloads).map(([type, payload]) => [type, entry(payload)])) as unknown as DeploymentEntries;

const measurement = z.strictObject({ metric: resourceName, value: z.number().nullable(), requests: z.int(), outcome: z.enum([...verdict.options, 'NoData']), reason: z.string() });

/**
 * Every event there is: its version, whether it goes to the bus, and the schema of its payload. The type is the `detail-type` on a bus.
 */
export const eventCatalogue = {
  ...deploymentEntries,
  ResourceApplied: entry(z.strictObject({ resource, by: z.string() })),
  ResourceDeleted: entry(z.strictObject({ kind: resourceKind, name: z.string(), application: resourceName.optional(), by: z.string() })),
  TenantCreated: entry(z.strictObject({ name: resourceName, by: z.string() })),
  TenantDeleted: entry(z.strictObject({ name: resourceName, by: z.string() })),
  ApiKeyCreated: entry(z.strictObject({ key: z.string(), name: z.string(), role, target: resourceName.nullable(), expiresAt: z.iso.datetime().nullable(), by: z.string() })),
  ApiKeyRevoked: entry(z.strictObject({ key: z.string(), by: z.string() })),
  SecretSet: entry(z.strictObject({ name: resourceName, secretVersion: z.int(), rotated: z.boolean(), by: z.string() })),
  SecretDeleted: entry(z.strictObject({ name: resourceName, by: z.string() })),
  TargetClaimed: entry(z.strictObject({ target: resourceName, instance: z.string(), epoch: z.int(), by: z.string() })),
  LookTaken: entry(z.strictObject({
    deployment: z.string(), step: z.string().nullable(), run: z.int(), look: z.int(), target: resourceName, fromSecond: z.int(), toSecond: z.int(), measurements: z.array(measurement), verdict: z.enum([...verdict.options, 'Running']), 
    /** The samples that it was made of, and those of the look before that came after it had closed. */
    samples: z.int(), droppedSamples: z.int(), reason: z.string(),
  }), false),
  ReportReceived: entry(z.strictObject({ deployment: z.string(), report })),
  SweepFound: entry(z.strictObject({ kind: z.string(), subject: z.string(), repaired: z.boolean(), reason: z.string() })),
} as const;

export type EventType = keyof typeof eventCatalogue;

/** The payload of an event by its type. */
export type EventPayload<Type extends EventType> = z.infer<(typeof eventCatalogue)[Type]['payload']>;

/** An event before it is stored: type and payload that fit together. `schemaVersion` is that of one that is brought in as it was stored elsewhere, by an older Sluice; else it is that of the catalogue. */
export type NewEvent = { readonly [Type in EventType]: { readonly type: Type; readonly payload: EventPayload<Type>; readonly schemaVersion?: number } }[EventType];

/** The fields that every stored or relayed event has beside type and payload. */
export const eventEnvelope = z.strictObject({
  tenant: resourceName,
  /** `kind/name`, as `deployment/dep-…` or `application/shop`. Order is promised within a stream only. */
  stream: z.string().max(200),
  /** 1 for a stream's first event, then one more each. */
  version: z.int().min(1),
  type: z.string().max(64),
  schemaVersion: z.int().min(1),
  payload: z.unknown(),
  at: z.iso.datetime(),
  traceId: z.string().max(64),
  /** SHA-256 over the previous hash and this event, as 64 hexadecimal digits. */
  hash: z.string(),
});
export type EventEnvelope = z.infer<typeof eventEnvelope>;
