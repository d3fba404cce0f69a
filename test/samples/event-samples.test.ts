import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';
import * as z from 'zod';

import { eventCatalogue } from '#contracts/events';
import type { EventType } from '#contracts/events';
import { payloadOf, upcasters } from '#contracts/upcast';

import { narrowedAt } from './narrowed.ts';

const folder = (name: string) => join(import.meta.dirname, name);
const stored = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));
const isEventType = (name: string): name is EventType => Object.hasOwn(eventCatalogue, name);
const types = Object.keys(eventCatalogue).filter(isEventType);
const versions = types.flatMap((type) => Array.from({ length: eventCatalogue[type].version }, (_, index) => ({ type, version: index + 1 })));

/** What a type's payloads are now, as JSON schema. */
const schemaOf = (type: EventType): unknown => JSON.parse(JSON.stringify(z.toJSONSchema(eventCatalogue[type].payload, { io: 'output', unrepresentable: 'any' })));

/** `npm run docs` writes the schema of a new version; its sample is written by hand. None of them is changed afterwards. */
const schemaFile = (type: EventType) => join(folder('event-schemas'), `${type}.v${eventCatalogue[type].version}.json`);

describe('every version that an event ever had', () => {
  it.each(versions)('$type in version $version has a sample that can be read as the newest', ({ type, version }) => {
    const sample = stored(join(folder('events'), `${type}.v${version}.json`));
    const payload = payloadOf(type, { schemaVersion: version, payload: sample });
    expect(eventCatalogue[type].payload.safeParse(payload).success).toBe(true);
    expect(version === eventCatalogue[type].version ? payload : sample).toEqual(sample);
  });

  it('has an upcaster for each step but the last, and no sample is of a version that never was', () => {
    expect(types.filter((type) => (upcasters[type]?.length ?? 0) !== eventCatalogue[type].version - 1)).toEqual([]);
    expect(readdirSync(folder('events')).toSorted()).toEqual(versions.map(({ type, version }) => `${type}.v${version}.json`).toSorted());
  });

  it.each(types)('%s still takes all that its version took when it was new: else it needs a new version', (type) => {
    expect(existsSync(schemaFile(type))).toBe(true);
    expect(narrowedAt(stored(schemaFile(type)), schemaOf(type))).toEqual([]);
  });
});

describe('a payload of an older version', () => {
  const twice = [(payload: unknown) => ({ ...z.object({ name: z.string() }).parse(payload), by: 'nobody' }), (payload: unknown) => ({ ...z.object({ by: z.string(), name: z.string() }).parse(payload), by: 'somebody' })];

  it('goes through all upcasters after its version, in their order', () => {
    expect(payloadOf('TenantCreated', { schemaVersion: 1, payload: { name: 'acme' } }, twice)).toEqual({ name: 'acme', by: 'somebody' });
    expect(payloadOf('TenantCreated', { schemaVersion: 3, payload: { name: 'acme', by: 'ann' } }, twice)).toEqual({ name: 'acme', by: 'ann' });
  });

  it('is refused when only a newer Sluice knows its version, or when it does not fit', () => {
    expect(() => payloadOf('TenantCreated', { schemaVersion: 2, payload: { name: 'acme', by: 'ann' } })).toThrow('a newer one has written it');
    expect(() => payloadOf('TenantCreated', { schemaVersion: 1, payload: { name: 'acme' } })).toThrow(z.ZodError);
  });
});

describe('a schema', () => {
  const object = z.strictObject({ name: z.string().max(10), kind: z.enum(['a', 'b']), size: z.int().min(1), tags: z.array(z.string()).optional() });
  const before = z.toJSONSchema(object);

  it.each<readonly [string, z.ZodType, readonly string[]]>([
    ['the same', object, []],
    ['one with a further optional member', object.extend({ more: z.string().optional() }), []],
    ['one with a further value and wider bounds', object.extend({ kind: z.enum(['a', 'b', 'c']), name: z.string().max(20), size: z.number() }), []],
    ['one with a choice more', object.extend({ name: z.union([z.string().max(10), z.null()]) }), []],
    ['one with a further required member', object.extend({ more: z.string() }), ['.more is required now']],
    ['one without a member', object.omit({ tags: true }), ['.tags is not known any more']],
    ['one with a value less', object.extend({ kind: z.enum(['a']) }), ['.kind no longer takes "b"']],
    ['one with narrower bounds', object.extend({ name: z.string().max(5), size: z.int().min(2) }), ['.name has another maxLength', '.size has another minimum']],
    ['one with another type', object.extend({ name: z.number() }), expect.arrayContaining(['.name is number and was string'])],
    ['one whose list has other items', object.extend({ tags: z.array(z.int()).optional() }), expect.arrayContaining(['.tags[] is integer and was string'])],
  ])('is compared with %s', (_what, after, narrowed) => {
    expect(narrowedAt(before, z.toJSONSchema(after))).toEqual(narrowed);
  });
});
