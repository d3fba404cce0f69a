import type * as z from 'zod';

import type { HttpRequest, HttpSettings } from '#application/http/exchange';
import { parseJson } from '#application/http/parse-json';
import type { FoundRoute } from '#application/http/router';
import { Failure } from '#contracts/errors';
import type { FieldError } from '#contracts/errors';
import { faultInWords, fieldErrorsOf } from '#contracts/http/field-errors';
import type { Route } from '#contracts/http/route';

/** A request's input after its one schema, and the bytes of its body. */
export type Input = { readonly params: { readonly [name: string]: unknown }; readonly query: { readonly [name: string]: unknown }; readonly body: unknown; readonly bytes: Uint8Array };

const NOTHING = new Uint8Array();

/** `application/json` or any type built on it (RFC 6839 §3.1). */
const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i;

/**
 * Reads path, query and body by the schemas of the route. All faults are told at once.
 * @throws Failure `malformed-request`, `body-too-large`, `unsupported-media-type`
 */
export async function readInput(request: HttpRequest, found: FoundRoute, settings: HttpSettings): Promise<Input> {
  const { route } = found;
  const query = readQuery(request.query);
  const bytes = route.body === null ? NOTHING : await readBody(request, settings);
  // Nothing sent is an empty document, so that an action without details needs no body.
  const body = bytes.byteLength === 0 ? {} : parseJson(bytes);
  const params = route.params.safeParse(found.params);
  const queried = route.query.safeParse(query.values);
  const bodied = route.body?.safeParse(body);
  const faults = [
    ...query.faults,
    ...(params.success ? [] : fieldErrorsOf(params.error, found.params, { prefix: 'path' })),
    ...(queried.success ? [] : fieldErrorsOf(queried.error, query.values, { prefix: 'query' })),
    ...(bodied === undefined || bodied.success ? [] : bodyFaults(bodied.error, body, route)),
  ];
  if (faults.length > 0 || !params.success || !queried.success) throw malformed(faults);
  return { params: params.data, query: queried.data, body: bodied?.data, bytes };
}

/** Says what does not fit: the first faults in words, all of them as fields. */
export function malformed(faults: readonly FieldError[]): Failure {
  const shown = faults.slice(0, 3).map(faultInWords);
  const more = faults.length > 3 ? `; and ${faults.length - 3} more` : '';
  return new Failure('malformed-request', { detail: `${shown.join('; ')}${more}`, errors: faults });
}

function bodyFaults(error: z.ZodError, body: unknown, route: Route): readonly FieldError[] {
  return fieldErrorsOf(error, body, { hideValues: route.secret === 'request' });
}

async function readBody(request: HttpRequest, settings: HttpSettings): Promise<Uint8Array> {
  const bytes = await request.readBody(settings.maximumBodyBytes);
  if (bytes === 'too-large') throw new Failure('body-too-large', { detail: `a body may have ${settings.maximumBodyBytes} bytes`, context: { maximumBytes: settings.maximumBodyBytes } });
  if (bytes.byteLength === 0) return bytes;
  const type = request.headers['content-type'];
  if (type === undefined || !JSON_TYPE.test(type)) throw new Failure('unsupported-media-type', `Content-Type is ${type === undefined ? 'missing' : type.slice(0, 100)}`);
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') throw new Failure('unsupported-media-type', `Content-Encoding ${encoding.slice(0, 100)} is not known`);
  return bytes;
}

function readQuery(text: string): { readonly values: { readonly [name: string]: string }; readonly faults: readonly FieldError[] } {
  const pairs = [...new URLSearchParams(text)];
  const twice = [...new Set(pairs.map(([name]) => name).filter((name, index, names) => names.indexOf(name) !== index))];
  return { values: Object.fromEntries(pairs), faults: twice.map((name) => ({ field: `query.${name}`, rule: 'must be given once' })) };
}
