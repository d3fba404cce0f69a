import { eventCatalogue } from '#contracts/events';
import type { EventEnvelope, EventPayload, EventType } from '#contracts/events';

/** Makes of the payload of one version that of the next. Both are JSON; what is not there in the old one gets the value by which the event meant what it meant. Pure. */
export type Upcaster = (payload: unknown) => unknown;

/**
 * What makes newer payloads of older ones, by type: the first makes version 2 of version 1, and so on up to the version in the catalogue. Stored events are never changed: they are read through this. A type that is not
 * named has had one version only. Adding a version means: the new schema and its number in the catalogue, an upcaster here, and a sample of it beside those of the old ones (`test/samples/events`).
 */
export const upcasters: { readonly [Type in EventType]?: readonly Upcaster[] } = {};

/**
 * The payload of a stored or relayed event in the newest version of its type, whatever version it was written in.
 * @throws ZodError when it does not fit; Error for a version that only a newer Sluice knows
 */
export function payloadOf<Type extends EventType>(type: Type, event: Pick<EventEnvelope, 'schemaVersion' | 'payload'>, known: readonly Upcaster[] = upcasters[type] ?? []): EventPayload<Type> {
  if (event.schemaVersion > known.length + 1) throw new Error(`${type} was written in version ${event.schemaVersion}, and this Sluice knows ${known.length + 1}: a newer one has written it`);
  const payload = known.slice(event.schemaVersion - 1).reduce((before, upcast) => upcast(before), event.payload);
  return eventCatalogue[type].payload.parse(payload) as EventPayload<Type>;
}
