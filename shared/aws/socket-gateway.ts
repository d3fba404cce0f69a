import type { Caller } from '#application/context';
import type { StreamApi, StreamRequest } from '#application/http/stream-api';
import { Failure } from '#contracts/errors';
import { messageRate, tenantRate } from '#contracts/rates';
import { MAXIMUM_CONNECTIONS_PER_KEY, MAXIMUM_CONNECTIONS_PER_TENANT, MAXIMUM_MESSAGE_BYTES, MAXIMUM_SUBSCRIPTIONS, MAXIMUM_SUBSCRIPTIONS_PER_TENANT } from '#contracts/stream';
import type { ClientMessage } from '#contracts/stream';
import { parseMessage } from '#engine/client-message';
import { assertRoomForConnection, assertRoomForSubscription } from '#engine/stream-room';
import type { RateLimits } from '#ports/rate-limit';

import type { GatewayConnections, GatewaySubscription } from './connections.ts';
import { pump, pumpConnection } from './pump.ts';
import type { PumpOptions } from './pump.ts';

/** What the gateway's side of WebSockets is made of. */
export type SocketGatewayOptions = PumpOptions & {
  readonly connections: GatewayConnections;
  readonly stream: StreamApi;
  /** Buckets that all functions share. */
  readonly rateLimits: RateLimits;
  /** Whether a ticket can be one of ours at all, told without asking the table. */
  isTicket(ticket: string): boolean;
  /** What a client may know of an error. */
  readonly tell: (error: unknown) => Failure;
};

/** Where a message came from: the connection, and who opened it. */
export type SocketCaller = { readonly connection: string; readonly caller: Caller };

/**
 * How many messages more one counts for that was refused because the tenant has sent too many: ten of them use up the 200 that a connection may send at once (10 × 21 > 200), since each still costs a
 * function's call and an answer. At 20 per second a connection may go on with some one message in a second, however long its tenant is refused.
 */
const REFUSED_COUNTS_MORE = 20;

const TENANT_TOO_FAST = `this tenant may send ${tenantRate.perSecond} messages and open connections per second, ${tenantRate.burst} at once`;

/** Opens WebSockets, and takes what clients send on them, one message at a time. */
export class SocketGateway {
  readonly #options: SocketGatewayOptions;

  constructor(options: SocketGatewayOptions) {
    this.#options = options;
  }

  /** Who may open a connection. @throws Failure `unauthenticated`, `forbidden`, `rate-limited` */
  async admit(request: StreamRequest): Promise<Caller> {
    const { stream, isTicket } = this.#options;
    if (request.authorization === undefined && request.ticket !== undefined && !isTicket(request.ticket)) throw new Failure('unauthenticated', 'the ticket is none of ours');
    const caller = await stream.admit(request);
    const retryAfterSeconds = await this.#takeOf(caller.tenant);
    if (retryAfterSeconds > 0) throw new Failure('rate-limited', { detail: TENANT_TOO_FAST, retryAfterSeconds });
    await this.#assertRoom(caller, 0);
    return caller;
  }

  /**
   * Remembers a connection; one that may not stay is forgotten again. Its key may have been revoked since it was admitted, when nobody knew yet what to
   * close, and others may have been admitted at the same time: of those that are counted together as too many, none stays.
   * @throws Failure `unauthenticated`, `rate-limited`
   */
  async opened({ connection, caller }: SocketCaller): Promise<void> {
    const { connections, stream } = this.#options;
    await connections.open({ tenant: caller.tenant, connection, keyId: caller.keyId });
    try {
      if (!(await stream.isValid(caller))) throw new Failure('unauthenticated', 'the key is no longer valid');
      await this.#assertRoom(caller, 1);
    } catch (error) {
      await connections.forget(caller.tenant, connection);
      throw error;
    }
  }

  /** Of what is open, `ownCount` is the connection itself that is asked for. @throws Failure `rate-limited` */
  async #assertRoom({ tenant, keyId }: Caller, ownCount: 0 | 1): Promise<void> {
    const { ofKey, ofTenant } = await this.#options.connections.count(tenant, keyId);
    assertRoomForConnection([
      { scope: 'key', open: ofKey - ownCount, most: MAXIMUM_CONNECTIONS_PER_KEY },
      { scope: 'tenant', open: ofTenant - ownCount, most: MAXIMUM_CONNECTIONS_PER_TENANT },
    ]);
  }

  async closed({ connection, caller }: SocketCaller): Promise<void> {
    await this.#options.connections.forget(caller.tenant, connection);
  }

  /** Takes one message and answers it on the connection; too many of them, or a key that is no longer valid, end it. */
  async received(from: SocketCaller, text: string): Promise<void> {
    const { connections, stream, tell } = this.#options;
    const { tenant } = from.caller;
    // Before all else: whoever sends too much is to cost no more than this.
    if (!(await this.#takeOrEnd(from))) return;
    if (!(await stream.isValid(from.caller))) {
      await connections.close(tenant, from.connection);
      return;
    }
    const { message, id } = Buffer.byteLength(text) > MAXIMUM_MESSAGE_BYTES ? { message: undefined, id: null } : parseMessage(text);
    try {
      const retryAfterSeconds = await this.#takeOf(tenant);
      // Others of the tenant have sent it, perhaps: that ends only the connection of who goes on and on.
      if (retryAfterSeconds > 0 && !(await this.#takeOrEnd(from, REFUSED_COUNTS_MORE))) return;
      if (retryAfterSeconds > 0) throw new Failure('rate-limited', { detail: TENANT_TOO_FAST, retryAfterSeconds });
      if (message === undefined) throw new Failure('malformed-request', 'the message is no JSON, or fits none of the client\'s messages in /openapi.json');
      await this.#take(from, message);
    } catch (error) {
      const failure = tell(error);
      await connections.post(tenant, from.connection, { type: 'error', id: message === undefined || message.type === 'ping' ? id : message.id, code: failure.code, detail: failure.detail.detail });
    }
  }

  /** Takes so many of the messages that a connection may send; where there are too few, ends it and answers false. */
  async #takeOrEnd({ connection, caller: { tenant } }: SocketCaller, messages = 1): Promise<boolean> {
    const { connections, rateLimits } = this.#options;
    if ((await rateLimits.take(`${messagesOf(tenant)}#${connection}`, messageRate, messages)) === 0) return true;
    await connections.post(tenant, connection, { type: 'error', id: null, code: 'rate-limited', detail: 'too many messages' });
    await connections.close(tenant, connection);
    return false;
  }

  /** Takes one of the messages and new connections that a tenant may have: as many as of requests. Answers after how many seconds it may, 0 for at once. */
  async #takeOf(tenant: string): Promise<number> {
    return await this.#options.rateLimits.take(messagesOf(tenant), tenantRate);
  }

  async #take({ connection, caller }: SocketCaller, message: ClientMessage): Promise<void> {
    const { connections } = this.#options;
    const { tenant } = caller;
    switch (message.type) {
      case 'ping':
        await connections.post(tenant, connection, { type: 'pong' });
        // What was left behind, because a post failed, is sent now.
        await pumpConnection(this.#options, tenant, connection);
        return;
      case 'unsubscribe':
        if (!(await connections.unsubscribe({ tenant, connection, id: message.id }))) throw new Failure('not-found', `there is no subscription ${message.id}`);
        return;
      case 'subscribe':
        await this.#subscribe({ connection, caller }, message);
    }
  }

  async #subscribe({ connection, caller }: SocketCaller, { id, topic, cursor }: Extract<ClientMessage, { type: 'subscribe' }>): Promise<void> {
    const { connections, stream } = this.#options;
    const { tenant } = caller;
    const opened = await stream.openTopic(caller, connection, { topic, cursor });
    const subscription = { tenant, connection, id, topic, position: opened.position };
    if (!(await connections.subscribe(subscription))) throw new Failure('conflict', `there is a subscription ${id} already`);
    await this.#assertRoomBeside(subscription);
    await connections.post(tenant, connection, { type: 'subscribed', id, cursor: opened.signCursor(opened.position) });
    await pump(this.#options, subscription);
  }

  /** Forgets a subscription that is one too many; of those that are counted together as too many, none stays. @throws Failure `conflict` */
  async #assertRoomBeside({ tenant, connection, id }: Pick<GatewaySubscription, 'tenant' | 'connection' | 'id'>): Promise<void> {
    const { connections } = this.#options;
    const { ofConnection, ofTenant } = await connections.countSubscriptions(tenant, connection);
    try {
      assertRoomForSubscription([
        { scope: 'connection', open: ofConnection - 1, most: MAXIMUM_SUBSCRIPTIONS },
        { scope: 'tenant', open: ofTenant - 1, most: MAXIMUM_SUBSCRIPTIONS_PER_TENANT },
      ]);
    } catch (error) {
      await connections.unsubscribe({ tenant, connection, id });
      throw error;
    }
  }
}

/** The bucket of a tenant's messages; a connection's begins with it. */
function messagesOf(tenant: string): string {
  return `${tenant}#messages`;
}
