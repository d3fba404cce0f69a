import type * as z from 'zod';

import { canonicalJson } from '#contracts/canonical-json';
import { Failure } from '#contracts/errors';
import { MAXIMUM_EVENT_BYTES, eventCatalogue, eventEnvelope } from '#contracts/events';
import type { EventEnvelope, EventType, NewEvent } from '#contracts/events';
import { payloadOf } from '#contracts/upcast';

/** An event that fits the catalogue: its envelope without the hash, the canonical JSON of that, and whether it goes to the bus. */
export type CheckedEvent = { readonly envelope: Omit<EventEnvelope, 'hash'>; readonly canonical: string; readonly relayed: boolean };

/** What an event's envelope gets from where it is appended. */
export type EventPlace = { readonly tenant: string; readonly stream: string; readonly version: number; readonly at: string; readonly traceId: string };

/** The length of a hash with its member's name and punctuation, `,"hash":"…"`, by which the stored envelope is longer. */
const HASH_BYTES = 64 + 10;

/**
 * Checks an event against the catalogue, its place and its size.
 * @throws Failure `rule-broken` for an unknown type, a payload or a place that does not fit its schema, or more than 32 kB.
 */
export function checkEvent(event: NewEvent, place: EventPlace): CheckedEvent {
  const entry = catalogued(event.type);
  const schemaVersion = event.schemaVersion ?? entry.version;
  // What an older Sluice has written stays as it is, because its hash is over that; it must be what can be read.
  const payload = schemaVersion === entry.version ? parsed(entry.payload, event.payload, `payload of ${event.type}`) : readable(event.type, { schemaVersion, payload: event.payload });
  const whole = { ...place, type: event.type, schemaVersion, payload };
  const envelope = parsed(withoutHash, whole, `event ${event.type}`);
  const canonical = canonicalJson(envelope);
  const sizeBytes = new TextEncoder().encode(canonical).byteLength + HASH_BYTES;
  if (sizeBytes > MAXIMUM_EVENT_BYTES) {
    throw new Failure('rule-broken', {
      detail: `The event ${event.type} has ${sizeBytes} bytes, more than ${MAXIMUM_EVENT_BYTES}. Content of this size belongs to the blobs.`,
      context: { type: event.type, sizeBytes, maximumBytes: MAXIMUM_EVENT_BYTES },
    });
  }
  return { envelope, canonical, relayed: entry.relayed };
}

const withoutHash = eventEnvelope.omit({ hash: true });

type CatalogueEntry = { readonly version: number; readonly relayed: boolean; readonly payload: z.ZodType };

const catalogue: { readonly [type: string]: CatalogueEntry } = eventCatalogue;

function catalogued(type: string): CatalogueEntry {
  const entry = Object.hasOwn(catalogue, type) ? catalogue[type] : undefined;
  if (entry === undefined) throw new Failure('rule-broken', { detail: `No event is named ${type}.`, context: { type } });
  return entry;
}

function readable(type: EventType, event: Pick<EventEnvelope, 'schemaVersion' | 'payload'>): unknown {
  try {
    payloadOf(type, event);
  } catch (error) {
    throw new Failure('rule-broken', { detail: `The payload of ${type} in version ${event.schemaVersion} cannot be read: ${error instanceof Error ? error.message : String(error)}`, context: { type, schemaVersion: event.schemaVersion } });
  }
  return event.payload;
}

/** The value is left out of the errors: a payload may be large, and whoever appends knows it. */
function parsed<Value>(schema: z.ZodType<Value>, value: unknown, what: string): Value {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const errors = result.error.issues.map((issue) => ({ field: issue.path.join('.'), rule: issue.message }));
  throw new Failure('rule-broken', { detail: `The ${what} does not fit its schema: ${errors.map((one) => `${one.field} ${one.rule}`).join('; ')}`, errors });
}
