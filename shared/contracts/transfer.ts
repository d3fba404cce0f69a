import * as z from 'zod';

import { eventEnvelope } from '#contracts/events';
import { role } from '#contracts/roles';
import { sideReference } from '#domain/deployment/plan';
import { digest, resourceName } from '#domain/resources/names';

/** The form of an exported file; a reader refuses one that it does not know. */
export const TRANSFER_FORM = 1;

const base64 = z.base64();

/** A key as it is stored: the hash of its value, so that who has the key goes on using it. Times are ISO 8601 UTC. */
const movedKey = z.strictObject({
  id: z.string(), tenant: z.string(), name: z.string(), prefix: z.string(), hash: z.string(), role, target: z.string().nullable(),
  createdAt: z.string(), expiresAt: z.string().nullable(), lastUsedAt: z.string().nullable(), revokedAt: z.string().nullable(),
});

/**
 * One line of an exported file (JSON lines). The first is the header, the last the end, by which a file that was cut off is known. Events stand
 * in the order of their streams. What is running is in no line: executions, timers, tokens, leases held, commands, samples, answers to idempotency keys.
 */
export const transferLine = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('sluice-export'), form: z.literal(TRANSFER_FORM), version: z.string(), at: z.iso.datetime(), tenants: z.array(z.string()) }),
  z.strictObject({ kind: z.literal('event'), event: eventEnvelope }),
  /** A content that an event names by its digest. */
  z.strictObject({ kind: z.literal('blob'), tenant: resourceName, digest, content: base64 }),
  z.strictObject({ kind: z.literal('key'), key: movedKey }),
  /** What serves on a target, and the generation that the next command there must exceed. */
  z.strictObject({ kind: z.literal('lease'), tenant: resourceName, target: resourceName, application: resourceName, generation: z.int().min(0), stable: sideReference.nullable(), stableBy: z.string().nullable() }),
  /** Who spoke last for a target: a read model's document, which is made of no event. */
  z.strictObject({ kind: z.literal('claim'), tenant: resourceName, target: resourceName, version: z.int(), document: z.unknown() }),
  /** A secret's value, sealed with the master key of where it comes from, for this tenant, name and version. */
  z.strictObject({ kind: z.literal('secret'), tenant: resourceName, name: resourceName, version: z.int().min(1), at: z.iso.datetime(), sealed: base64 }),
  z.strictObject({ kind: z.literal('end'), lines: z.int().min(1) }),
]);

export type TransferLine = z.infer<typeof transferLine>;
