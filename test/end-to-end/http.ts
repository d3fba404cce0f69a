import type * as z from 'zod';

import { problem } from '#contracts/errors';
import type { Problem } from '#contracts/errors';

import { systemUnderTest } from './system-under-test.ts';

/** A request as any program makes it. A body that is text goes as it stands, all else as JSON. */
export type Asked = { readonly key?: string; readonly body?: unknown; readonly headers?: { readonly [name: string]: string }; readonly url?: string };

/** An answer, as it came. */
export type Answered = { readonly status: number; readonly headers: Headers; readonly text: string };

/** The address of a path of the API on a system, whose own address may end in a path such as a stage. */
export function addressAt(url: string, path: string): string {
  return `${url.replace(/\/+$/, '')}${path}`;
}

/** Makes one request, and repeats nothing. */
export async function request(method: string, path: string, { key, body, headers = {}, url = systemUnderTest.url }: Asked = {}): Promise<Answered> {
  const response = await fetch(addressAt(url, path), {
    method,
    headers: { ...(key === undefined ? {} : { authorization: `Bearer ${key}` }), ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** The JSON of an answer, by its schema. */
export function read<Schema extends z.ZodType>(schema: Schema, answered: Answered): z.output<Schema> {
  return schema.parse(JSON.parse(answered.text));
}

/** The problem document of an answer. */
export function problemOf(answered: Answered): Problem {
  return read(problem, answered);
}

/** What a problem says in short: its status, its code, and the bad fields with their values. */
export function told(answered: Answered): { readonly status: number; readonly code: string; readonly fields: readonly (readonly [field: string, value: unknown])[] } {
  const { code, errors = [] } = problemOf(answered);
  return { status: answered.status, code, fields: errors.map(({ field, value }) => [field, value]) };
}
