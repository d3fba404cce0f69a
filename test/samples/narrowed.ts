import * as z from 'zod';

/** A JSON schema as zod writes it; what is not named here does not narrow anything. */
type Schema = z.infer<typeof schemaForm>;

const number = z.number().optional();
const schemaForm = z.looseObject({
  type: z.union([z.string(), z.array(z.string())]).optional(), const: z.unknown().optional(), enum: z.array(z.unknown()).optional(), pattern: z.string().optional(), format: z.string().optional(),
  minimum: number, maximum: number, exclusiveMinimum: number, exclusiveMaximum: number, minLength: number, maxLength: number, minItems: number, maxItems: number,
  required: z.array(z.string()).optional(), properties: z.record(z.string(), z.unknown()).optional(), additionalProperties: z.unknown().optional(), propertyNames: z.unknown().optional(),
  items: z.unknown().optional(), prefixItems: z.array(z.unknown()).optional(), anyOf: z.array(z.unknown()).optional(), oneOf: z.array(z.unknown()).optional(), allOf: z.array(z.unknown()).optional(), $ref: z.string().optional(),
});

/** Bounds from below: a greater one takes less. The others are bounds from above. */
const LOWER = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems'] as const;
const UPPER = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems'] as const;

/**
 * Where a newer JSON schema does not take everything that an older one took, each with what is narrower; empty when all that was written by the old one can be read by the new one. It knows what zod writes for event payloads;
 * of two ways to choose from, each old choice must be taken by one of the new ones.
 */
export function narrowedAt(older: unknown, newer: unknown, path = ''): readonly string[] {
  const [old, fresh] = [schemaForm.parse(older), schemaForm.parse(newer)];
  const [olds, freshs] = [choicesOf(old), choicesOf(fresh)];
  if (olds !== undefined || freshs !== undefined) {
    return (olds ?? [old]).flatMap((one, index) => ((freshs ?? [fresh]).some((other) => narrowedAt(one, other, path).length === 0) ? [] : [`${path} no longer takes choice ${index + 1}`]));
  }
  return [...narrowedValue(old, fresh, path), ...narrowedBounds(old, fresh, path), ...narrowedObject(old, fresh, path), ...narrowedArray(old, fresh, path), ...narrowedWhole(old, fresh, path)];
}

function choicesOf(schema: Schema): readonly unknown[] | undefined {
  return schema.anyOf ?? schema.oneOf ?? (Array.isArray(schema.type) ? schema.type.map((type) => ({ ...schema, type })) : undefined);
}

function narrowedValue(old: Schema, fresh: Schema, path: string): readonly string[] {
  const sameType = fresh.type === undefined || old.type === fresh.type || (old.type === 'integer' && fresh.type === 'number');
  const taken = valuesOf(fresh);
  const written = valuesOf(old);
  const lost = taken === undefined ? [] : written === undefined ? ['values that are not named'] : written.filter((value) => !taken.includes(value));
  return [...(sameType ? [] : [`${path} is ${String(fresh.type ?? 'anything')} and was ${String(old.type ?? 'anything')}`]), ...lost.map((value) => `${path} no longer takes ${value}`)];
}

function valuesOf(schema: Schema): readonly string[] | undefined {
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value));
  return 'const' in schema ? [JSON.stringify(schema.const)] : undefined;
}

function narrowedBounds(old: Schema, fresh: Schema, path: string): readonly string[] {
  const lower = LOWER.filter((bound) => (fresh[bound] ?? -Infinity) > (old[bound] ?? -Infinity));
  const upper = UPPER.filter((bound) => (fresh[bound] ?? Infinity) < (old[bound] ?? Infinity));
  const form = (['pattern', 'format'] as const).filter((name) => fresh[name] !== undefined && fresh[name] !== old[name]);
  return [...lower, ...upper, ...form].map((name) => `${path} has another ${name}`);
}

function narrowedObject(old: Schema, fresh: Schema, path: string): readonly string[] {
  const demanded = (fresh.required ?? []).filter((name) => !(old.required ?? []).includes(name)).map((name) => `${path}.${name} is required now`);
  const members = Object.entries(old.properties ?? {}).flatMap(([name, member]) => {
    const now = fresh.properties?.[name];
    if (now !== undefined) return narrowedAt(member, now, `${path}.${name}`);
    return fresh.additionalProperties === false ? [`${path}.${name} is not known any more`] : [];
  });
  return [...demanded, ...members];
}

function narrowedArray(old: Schema, fresh: Schema, path: string): readonly string[] {
  return old.items !== undefined && fresh.items !== undefined ? narrowedAt(old.items, fresh.items, `${path}[]`) : [];
}

/** What is compared as a whole, because it seldom changes: members of any name, tuples, and what refers to another place. */
function narrowedWhole(old: Schema, fresh: Schema, path: string): readonly string[] {
  const same = (name: 'propertyNames' | 'prefixItems' | 'allOf' | '$ref') => JSON.stringify(old[name]) === JSON.stringify(fresh[name]);
  const changed = (['propertyNames', 'prefixItems', 'allOf', '$ref'] as const).filter((name) => fresh[name] !== undefined && !same(name)).map((name) => `${path} has another ${name}`);
  const [before, after] = [old.additionalProperties, fresh.additionalProperties];
  if (after === undefined || after === true) return changed;
  if (after === false) return before === false || before === undefined && old.properties === undefined ? changed : [...changed, `${path} no longer takes members that are not named`];
  return typeof before === 'object' && before !== null ? [...changed, ...narrowedAt(before, after, `${path}.*`)] : before === false ? changed : [...changed, `${path} no longer takes any member`];
}
