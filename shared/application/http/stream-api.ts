import type { Caller } from '#application/context';
import { callerOf, createAuthenticator, flawOf } from '#application/http/authenticate';
import { assertPermitted, assertWithinRates } from '#application/http/authorize';
import type { Outside } from '#application/http/exchange';
import { assertTopic, createTopicMatcher } from '#application/http/topics';
import { Failure } from '#contracts/errors';
import type { Topic } from '#contracts/stream';
import type { StoredEvent } from '#ports/event-store';
import type { Tickets } from '#ports/tickets';

/** A request to open a connection. */
export type StreamRequest = { readonly authorization: string | undefined; readonly ticket: string | undefined; readonly clientAddress: string };

/** A topic that somebody may follow: from where in the tenant's feed on, and which of its events. */
export type OpenedTopic = {
  readonly position: string;
  readonly matches: (event: StoredEvent) => Promise<boolean>;
  /** The cursor that stands for a place in the feed, as clients are given it. */
  readonly signCursor: (position: string) => string;
};

/** What an engine's WebSockets ask of the use cases' side. */
export type StreamApi = {
  /** Who opens a connection, by key or ticket. @throws Failure `unauthenticated`, `forbidden`, `rate-limited` */
  readonly admit: (request: StreamRequest) => Promise<Caller>;
  /** Whether the key of an open connection is still valid. */
  readonly isValid: (caller: Pick<Caller, 'tenant' | 'keyId'>) => Promise<boolean>;
  /**
   * Opens a topic from a cursor on, or from now on.
   * @throws Failure `forbidden`, `not-found`; `malformed-request` for a cursor that was not given by this tenant's stream
   */
  readonly openTopic: (caller: Caller, traceId: string, wanted: { readonly topic: Topic; readonly cursor: string | undefined }) => Promise<OpenedTopic>;
  /** Goes on with a topic that was opened before, at a place in the feed. */
  readonly resumeTopic: (tenant: string, topic: Topic, position: string) => OpenedTopic;
};

/** Makes the side of the use cases for an engine's WebSockets. */
export function createStreamApi(outside: Outside, tickets: Tickets): StreamApi {
  const { ports, cursors } = outside;
  const authenticator = createAuthenticator(outside);
  const matches = createTopicMatcher(ports.events);
  // A cursor of the stream is good for all topics of its tenant.
  const scopeOf = (tenant: string) => ({ tenant, operation: 'stream', filter: {} });
  const resumeTopic: StreamApi['resumeTopic'] = (tenant, topic, position) => ({ position, matches: (event) => matches(tenant, topic, event), signCursor: (place) => cursors.sign(scopeOf(tenant), place) });
  return {
    resumeTopic,
    async admit({ authorization, ticket, clientAddress }) {
      const byTicket = ticket !== undefined && authorization === undefined;
      const caller = callerOf(byTicket ? await authenticator.redeem(ticket, tickets, clientAddress) : await authenticator.authenticate(authorization, clientAddress));
      assertPermitted(caller, 'ticket:create');
      await assertWithinRates(outside, caller);
      return caller;
    },
    async isValid({ tenant, keyId }) {
      const record = await ports.keys.get(tenant, keyId);
      return record !== undefined && flawOf(record, ports.clock.now()) === undefined;
    },
    async openTopic(caller, traceId, { topic, cursor }) {
      const { tenant } = caller;
      await assertTopic({ ports, tenant, traceId }, caller, topic);
      const position = cursor === undefined ? await ports.events.feedEnd(tenant) : cursors.open(scopeOf(tenant), cursor);
      if (position === undefined) throw new Failure('malformed-request', { detail: 'the cursor is none that this stream gave', errors: [{ field: 'cursor', rule: 'must be a cursor that an earlier message gave' }] });
      return resumeTopic(tenant, topic, position);
    },
  };
}
