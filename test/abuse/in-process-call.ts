import type { Api } from '#application/http/api';
import type { HttpAnswer } from '#application/http/exchange';

/** A request as a test makes it. */
export type Asked = {
  readonly method: string;
  readonly path: string;
  readonly query?: string;
  readonly headers?: { readonly [name: string]: string };
  readonly key?: string;
  readonly body?: unknown;
  readonly clientAddress?: string;
  readonly traceId?: string;
};

/** Asks the API itself, without a socket: thousands of requests in a second. A text goes as it is, anything else as JSON. */
export async function ask(api: Api, { method, path, query = '', headers = {}, key, body, clientAddress = '127.0.0.1', traceId }: Asked): Promise<HttpAnswer> {
  const bytes = body === undefined ? new Uint8Array() : new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body));
  return await api.handle({
    method, path, query, clientAddress, baseUrl: 'http://127.0.0.1', ...(traceId === undefined ? {} : { traceId }),
    headers: { ...(key === undefined ? {} : { authorization: `Bearer ${key}` }), ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    readBody: async (maximumBytes) => (bytes.byteLength > maximumBytes ? 'too-large' : bytes),
  });
}

/** As `ask`, for what must be done; answers the parsed body. */
export async function asked(api: Api, given: Asked): Promise<unknown> {
  const answer = await ask(api, given);
  if (answer.status >= 300) throw new Error(`${given.method} ${given.path} was answered with ${answer.status}: ${answer.body}`);
  return answer.body === '' ? undefined : JSON.parse(answer.body);
}
