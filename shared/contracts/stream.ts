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

/**
 * The most subscriptions of one tenant, over all its connections: each is looked at when something happens in the tenant, so that one event is at most
 * so many messages. It is twice the most connections: an agent has one, and a page or a command that follows a deployment one or two.
 */
export const MAXIMUM_SUBSCRIPTIONS_PER_TENANT = 1000;

/** How many connections a key and a tenant may have open at once. */
export const MAXIMUM_CONNECTIONS_PER_KEY = 50;
export const MAXIMUM_CONNECTIONS_PER_TENANT = 500;

/** The path of the stream on the standalone engine; browsers add `?ticket=`. */
export const STREAM_PATH = '/v1/stream';

/** The WebSocket close codes of the server. After all but `keyInvalid` a client may connect again, with jitter, from its cursor. */
export const closeCodes = {
  goingAway: 1001,
  unsupportedData: 1003,
  policyViolation: 1008,
  messageTooBig: 1009,
  internalError: 1011,
  keyInvalid: 4401,
  idle: 4408,
  tooManyMessages: 4429,
} as const;

/** Why the server closes with each code, for people. */
export const closeReasons: Readonly<Record<(typeof closeCodes)[keyof typeof closeCodes], string>> = {
  [closeCodes.goingAway]: 'the server stops or restarts',
  [closeCodes.unsupportedData]: 'a binary message came; all messages are JSON texts',
  [closeCodes.policyViolation]: 'too many messages that do not fit the schema, or one that comes in too many pieces',
  [closeCodes.messageTooBig]: 'a message was larger than allowed',
  [closeCodes.internalError]: 'something unexpected happened on the server',
  [closeCodes.keyInvalid]: 'the key was revoked or has expired',
  [closeCodes.idle]: 'no ping came for twice the time of a ping',
  [closeCodes.tooManyMessages]: 'too many messages in too short a time, or answers that are not read',
};

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
