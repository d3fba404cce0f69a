import { routes } from '#contracts/http/routes';
import type { Operation, OperationOutput } from '#contracts/http/routes';
import { atCursor, itemsOf } from '#client/pages';
import type { ListItem, ListOperation, PageOptions } from '#client/pages';
import { parseAnswer } from '#client/parse-answer';
import { buildRequest } from '#client/request';
import type { CallOptions, CallRequest } from '#client/request';
import { send } from '#client/send';
import { realRuntime, settingsOf } from '#client/settings';
import type { ClientOptions, ClientRuntime } from '#client/settings';
import { SluiceError } from '#client/sluice-error';
import { Stream } from '#client/stream';
import type { SubscribeOptions } from '#client/stream';
import type { EventTopic, StreamEvent, Subscription, WorkNotice, WorkTopic } from '#client/subscription';

/** The answer of an operation with what surrounds it. */
export type Answer<Name extends Operation> = {
  /** The answer, checked against the contract; fields that this client does not know are left out. */
  readonly body: OperationOutput<Name>;
  /** The answer as it was sent: all its fields, also those of a newer server. */
  readonly unchanged: unknown;
  /** The version in the ETag, for `ifMatchVersion`; `null` where the route has none. */
  readonly version: number | null;
  readonly traceId: string | null;
};

/** The arguments of an operation: the request may be left out where nothing needs to be said. */
export type CallArguments<Name extends Operation> = Record<never, never> extends CallRequest<Name>
  ? [request?: CallRequest<Name>, options?: CallOptions]
  : [request: CallRequest<Name>, options?: CallOptions];

/** One method per operation of the route table. */
export type OperationMethods = { readonly [Name in Operation]: (...given: CallArguments<Name>) => Promise<OperationOutput<Name>> };

/** What a subscription yields depends on its topic. */
export type Subscribe = {
  (topic: EventTopic, options?: SubscribeOptions): Subscription<StreamEvent>;
  (topic: WorkTopic, options?: SubscribeOptions): Subscription<WorkNotice>;
};

/**
 * A typed client of the HTTP and WebSocket API. Besides what stands here it has a method for every operation, such as
 * `client.requestDeployment({ body: { application: 'shop', release: '1.4.2', environment: 'production' } })`.
 *
 * Every call throws a `SluiceError`. Calls that may safely be repeated are: GET, PUT, DELETE, and POST where the route honours an
 * `Idempotency-Key`, which is made for each call and kept over its attempts.
 */
export type SluiceClient = OperationMethods & {
  /** Calls an operation and gives its answer with version and trace id. */
  readonly exchange: <Name extends Operation>(operation: Name, request: CallRequest<Name>, options?: CallOptions) => Promise<Answer<Name>>;
  /** Calls an operation by its name and gives the body of its answer. */
  readonly call: <Name extends Operation>(operation: Name, request: CallRequest<Name>, options?: CallOptions) => Promise<OperationOutput<Name>>;
  /** Goes through all items of a list, page by page as they are needed. `query.limit` is the size of a page. */
  readonly items: <Name extends ListOperation>(operation: Name, request: CallRequest<Name>, options?: PageOptions) => AsyncGenerator<ListItem<Name>, void, undefined>;
  /**
   * Subscribes to what happens, or to being told that commands wait for a target. Begins at once, also before it is read; ends with
   * `break`, `close()` or the signal. It reconnects by itself and goes on from its cursor: nothing is lost and nothing comes twice.
   */
  readonly subscribe: Subscribe;
};

/**
 * Makes a client. It opens no connection before it is used.
 * @throws SluiceError `bad-settings`, or `insecure-url` when the key would be sent over plain HTTP to another host.
 */
export function createClient(options: ClientOptions, runtime: ClientRuntime = realRuntime): SluiceClient {
  const settings = settingsOf(options);

  const exchange = async <Name extends Operation>(operation: Name, request: CallRequest<Name>, options: CallOptions = {}): Promise<Answer<Name>> => {
    const patience = { timeoutSeconds: options.timeoutSeconds ?? settings.timeoutSeconds, maximumAttempts: options.maximumAttempts ?? settings.maximumAttempts, signal: options.signal };
    patience.signal?.throwIfAborted();
    const answer = await send(buildRequest(settings, operation, { request, options }), settings, { runtime, patience });
    const unchanged = routes[operation].status === 204 ? null : valueOf(operation, answer);
    return { body: parseAnswer(operation, unchanged), unchanged, version: answer.version, traceId: answer.traceId };
  };
  const call = async <Name extends Operation>(operation: Name, request: CallRequest<Name>, options?: CallOptions): Promise<OperationOutput<Name>> => (await exchange(operation, request, options)).body;

  const stream = new Stream(settings, runtime, async (signal) => (await call('getService', {}, { signal })).streamUrl);

  function subscribe(topic: EventTopic, options?: SubscribeOptions): Subscription<StreamEvent>;
  function subscribe(topic: WorkTopic, options?: SubscribeOptions): Subscription<WorkNotice>;
  function subscribe(topic: EventTopic | WorkTopic, options: SubscribeOptions = {}): Subscription<StreamEvent> | Subscription<WorkNotice> {
    if (topic.kind === 'work') return stream.subscribe<WorkNotice>(topic, { ofEvent: () => undefined, ofWork: (notice) => notice }, options);
    return stream.subscribe<StreamEvent>(topic, { ofEvent: (event) => event, ofWork: () => undefined }, options);
  }

  const methods = Object.fromEntries(Object.keys(routes).filter(isOperation).map((operation) => [operation, (request?: CallRequest<typeof operation>, options?: CallOptions) => call(operation, request ?? {}, options)]));
  if (!hasEveryOperation(methods)) throw new Error('a route has no method');
  return {
    ...methods,
    exchange,
    call,
    items: (operation, request, options) => itemsOf<ListItem<typeof operation>>((cursor) => call(operation, atCursor(request, cursor), options)),
    subscribe,
  };
}

/** Text answers (metrics, the documentation page) are the text itself. */
function valueOf(operation: Operation, answer: { readonly text: string; readonly isJson: boolean; readonly status: number }): unknown {
  if (!answer.isJson) return answer.text;
  try {
    return JSON.parse(answer.text);
  } catch (error) {
    throw SluiceError.of('unexpected-answer', `the answer to ${operation} is no JSON`, { status: answer.status, cause: error });
  }
}

function isOperation(name: string): name is Operation {
  return Object.hasOwn(routes, name);
}

/** The compiler does not see that methods made of the table's entries have its keys. */
function hasEveryOperation(methods: object): methods is OperationMethods {
  return Object.keys(routes).every((operation) => Object.hasOwn(methods, operation));
}
