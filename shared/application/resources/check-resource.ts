import type { Context } from '#application/context';
import { loadResource } from '#application/resources/load-resource';
import { Failure } from '#contracts/errors';
import type { FieldError } from '#contracts/errors';
import { MAXIMUM_EVENT_BYTES } from '#contracts/events';
import { faultInWords } from '#contracts/http/field-errors';
import { componentsProblems } from '#domain/resources/release-rules';
import { kindInWords } from '#domain/resources/reference';
import type { ResourceReference } from '#domain/resources/reference';
import type { Resource, ResourceKind } from '#domain/resources/resource';
import { resourceProblems } from '#domain/resources/rules';
import { usesOf } from '#domain/resources/uses';
import type { Use } from '#domain/resources/uses';

/** A document travels in one event. What its envelope and the caller's key need beside it stays under 2 KiB: names, times and hash are short. */
export const MAXIMUM_DOCUMENT_BYTES = MAXIMUM_EVENT_BYTES - 2048;

/** A value longer than this is not repeated in an error. */
const MAXIMUM_VALUE_CHARACTERS = 200;

/**
 * Checks all rules of a document, then what it names, strongly consistent. That what it names is deleted at the very same moment cannot be
 * ruled out across streams; the planning of a deployment checks again.
 * @throws Failure `rule-broken` or `unknown-reference`, naming every field at fault
 */
export async function checkResource(context: Context, reference: ResourceReference, resource: Resource): Promise<void> {
  const problems = [...pathProblems(reference, resource), ...sizeProblems(resource), ...resourceProblems(resource)];
  if (problems.length > 0) throw fieldFailure('rule-broken', problems);
  const unknown = await unknownUses(context, usesOf(resource));
  if (unknown.length > 0) throw fieldFailure('unknown-reference', unknown);
  if (resource.kind !== 'Release') return;
  const application = await loadResource(context, { kind: 'Application', name: resource.spec.application });
  const misfits = application === undefined ? [] : componentsProblems(resource.spec, application.resource.spec);
  if (misfits.length > 0) throw fieldFailure('rule-broken', misfits);
}

/** A failure that names all fields at fault; long values are left out. */
export function fieldFailure(code: 'rule-broken' | 'unknown-reference', problems: readonly FieldError[]): Failure {
  const errors = problems.map(({ field, rule, value }) => (value === undefined || JSON.stringify(value).length > MAXIMUM_VALUE_CHARACTERS ? { field, rule } : { field, rule, value }));
  return new Failure(code, { detail: errors.map(faultInWords).join('; '), errors });
}

/** The path says what is written; a body that says otherwise is a mistake. */
function pathProblems(reference: ResourceReference, resource: Resource): readonly FieldError[] {
  const { name } = resource.metadata;
  const named = name === reference.name ? [] : [{ field: 'metadata.name', rule: `must be the name in the path (${reference.name})`, value: name }];
  if (resource.kind !== 'Release' || resource.spec.application === reference.application) return named;
  return [...named, { field: 'spec.application', rule: `must be the application in the path (${reference.application ?? ''})`, value: resource.spec.application }];
}

function sizeProblems(resource: Resource): readonly FieldError[] {
  const sizeBytes = new TextEncoder().encode(JSON.stringify(resource)).byteLength;
  return sizeBytes <= MAXIMUM_DOCUMENT_BYTES ? [] : [{ field: 'spec', rule: `must make a document of at most ${MAXIMUM_DOCUMENT_BYTES} bytes of JSON; it has ${sizeBytes}` }];
}

/** Secrets may come later: whether they are there is checked before each deployment. */
async function unknownUses(context: Context, uses: readonly Use[]): Promise<readonly FieldError[]> {
  const found = new Map<string, boolean>();
  const unknown: FieldError[] = [];
  for (const { kind, name, field } of uses) {
    if (kind === 'Secret') continue;
    const key = `${kind}/${name}`;
    const exists = found.get(key) ?? (await isThere(context, kind, name));
    found.set(key, exists);
    if (!exists) unknown.push({ field, rule: `must name ${withArticle(kindInWords(kind))} that exists`, value: name });
  }
  return unknown;
}

async function isThere(context: Context, kind: ResourceKind, name: string): Promise<boolean> {
  return (await loadResource(context, { kind, name })) !== undefined;
}

function withArticle(words: string): string {
  return /^[aeiou]/.test(words) ? `an ${words}` : `a ${words}`;
}
