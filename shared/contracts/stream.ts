import * as z from 'zod';

import { deploymentId } from '#domain/deployment/events';
import { resourceName } from '#domain/resources/names';
import { eventEnvelope } from '#contracts/events';

/** The largest WebSocket message in bytes. Those of the server may be 1 kB larger: an event may have as much, and its subscription and cursor come on top. */
export const MAXIMUM_MESSAGE_BYTES = 32_768;

/** How often a client pings; a connection without a ping for twice as long is closed. */
export const PING_SECONDS = 300;

/** The most subscriptions of one connection. */
export const MAXIMUM_SUBSCRIPTIONS = 100;

/** How many connections a key and a tenant may have open at once. */
export const MAXIMUM_CONNECTIONS_PER_KEY = 50;
export const MAXIMUM_CONNECTIONS_PER_TENANT = 500;

/** The path of the stream on the standalone engine; browsers add `?ticket=`. */
export const STREAM_PATH = '/v1/stream';

/** Why the server closes a connection, by its WebSocket close code. After all but `keyInvalid` a client may connect again, with jitter, from its cursor. */
export const closeCodes = {
  /** The server stops or restarts. */
  goingAway: 1001,
  /** A binary message came; all messages are JSON texts. */
  unsupportedData: 1003,
  /** Too many messages that do not fit the schema. */
  policyViolation: 1008,
  /** A message was larger than allowed. */
  messageTooBig: 1009,
  /** Something unexpected happened on the server. */
  internalError: 1011,
  /** The key was revoked or has expired. */
  keyInvalid: 4401,
  /** No ping came for twice the time of a ping. */
  idle: 4408,
  /** Too many messages in too short a time, or answers that are not read. */
  tooManyMessages: 4429,
} as const;

/** What one can subscribe to. `tenant` is everything of the caller's tenant; `work` is a target's agent being told that commands wait. */
export const topic = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('deployment'), deployment: deploymentId }),
  z.strictObject({ kind: z.literal('environment'), environment: resourceName }),
  z.strictObject({ kind: z.literal('tenant') }),
  z.strictObject({ kind: z.literal('work'), target: resourceName }),
]);

/** The permission each topic asks for. */
export const topicPermissions = { deployment: 'deployment:read', environment: 'deployment:read', tenant: 'event:read', work: 'target:serve' } as const;

/** What a client sends. `id` comes back in the answer. A subscription without a cursor begins with what happens next. */
export const clientMessage = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('subscribe'), id: z.string().max(64), topic, cursor: z.string().max(512).optional() }),
  z.strictObject({ type: z.literal('unsubscribe'), id: z.string().max(64) }),
  z.strictObject({ type: z.literal('ping') }),
]);

/** What the server sends. After a cursor, delivery is at least once; (stream, version) tells a repetition. */
export const serverMessage = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('subscribed'), id: z.string(), cursor: z.string() }),
  z.strictObject({ type: z.literal('event'), id: z.string(), cursor: z.string(), event: eventEnvelope.omit({ hash: true, tenant: true }) }),
  z.strictObject({ type: z.literal('work'), id: z.string(), target: resourceName }),
  z.strictObject({ type: z.literal('pong') }),
  /** The reader was too slow: messages after this cursor were not sent; subscribe again from it. */
  z.strictObject({ type: z.literal('behind'), id: z.string(), cursor: z.string() }),
  z.strictObject({ type: z.literal('error'), id: z.string().nullable(), code: z.string(), detail: z.string() }),
]);

export type Topic = z.infer<typeof topic>;
export type ClientMessage = z.infer<typeof clientMessage>;
export type ServerMessage = z.infer<typeof serverMessage>;
