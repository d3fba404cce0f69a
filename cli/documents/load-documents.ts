import { dotted, misfitsOf } from '#client/field-errors';
import { SluiceError } from '#client/sluice-error';
import type { FieldError } from '#contracts/errors';
import { resource, resourceKinds } from '#domain/resources/resource';
import type { Resource, ResourceKind } from '#domain/resources/resource';
import { resourceProblems } from '#domain/resources/rules';

import { UsageError } from '../usage-error.ts';
import { parseDocuments } from './parse-documents.ts';
import type { ParsedDocument } from './parse-documents.ts';
import type { Source } from './read-sources.ts';

/** A valid resource and where it was written. */
export type LoadedDocument = { readonly place: string; readonly resource: Resource };

/** More documents than this are sent in several goes. */
const MAXIMUM_ALL_DOCUMENTS = 1000;

/** More errors than this do not help. */
const MAXIMUM_ERRORS = 50;

/** What needs what: targets and analysis templates nothing, environments both, releases their application. */
const ORDER: { readonly [Kind in ResourceKind]: number } = { Target: 0, AnalysisTemplate: 1, Application: 2, Environment: 3, Release: 4 };

/**
 * Parses and checks all documents of all sources, and gives them in the order in which they can be made.
 * @throws SluiceError with every fault by file, line and field when only one of them is invalid: `malformed-request`, or `rule-broken`
 *   where all fit their schemas, as the server would say.
 * @throws UsageError when there is none.
 */
export function loadDocuments(sources: readonly Source[]): readonly LoadedDocument[] {
  const errors: FieldError[] = [];
  const broken: FieldError[] = [];
  const loaded = new Map<string, LoadedDocument>();
  for (const source of sources) {
    const { documents, faults } = parseDocuments(source.text);
    errors.push(...faults.map((fault) => ({ field: `${source.name}:${fault.line}`, rule: fault.reason })));
    for (const document of documents) {
      const result = check(document, source.name);
      if ('errors' in result) errors.push(...result.errors);
      else {
        addOnce(loaded, result, errors);
        broken.push(...result.broken);
      }
    }
  }
  if (errors.length > 0) throw invalid('malformed-request', [...errors, ...broken]);
  if (broken.length > 0) throw invalid('rule-broken', broken);
  if (loaded.size === 0) throw new UsageError(`${sources.map((source) => source.name).join(', ')}: no document is there`);
  if (loaded.size > MAXIMUM_ALL_DOCUMENTS) throw new UsageError(`${loaded.size} documents are more than the ${MAXIMUM_ALL_DOCUMENTS} that are taken at a time`);
  return [...loaded.values()].sort((a, b) => ORDER[a.resource.kind] - ORDER[b.resource.kind]);
}

/** A resource as people call it: `Application shop`, `Release shop/1.4.2`. */
export function describe(one: Resource): string {
  return `${one.kind} ${one.kind === 'Release' ? `${one.spec.application}/` : ''}${one.metadata.name}`;
}

function check(document: ParsedDocument, source: string): (LoadedDocument & { readonly broken: readonly FieldError[] }) | { readonly errors: readonly FieldError[] } {
  const { value } = document;
  const place = `${source}:${document.lineOf([])}`;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { errors: [{ field: place, rule: 'must be a document with apiVersion, kind, metadata and spec' }] };
  const name = nameOf(value);
  const tell = (path: readonly PropertyKey[], one: { readonly rule: string; readonly value?: unknown }): FieldError => ({
    field: `${source}:${document.lineOf(path)}${name === '' ? '' : ` (${name})`}${path.length === 0 ? '' : ` ${dotted(path)}`}`,
    rule: one.rule,
    ...('value' in one ? { value: one.value } : {}),
  });
  const result = resource.safeParse(value);
  if (!result.success) return { errors: misfitsOf(result.error, value).map((one) => tell(one.path, one)) };
  return { place, resource: result.data, broken: resourceProblems(result.data).map((one) => tell(one.field.split('.'), one)) };
}

/** What a document calls itself, as far as it does. */
function nameOf(value: object): string {
  const kind = 'kind' in value && typeof value.kind === 'string' && Object.hasOwn(resourceKinds, value.kind) ? value.kind : '';
  const metadata = 'metadata' in value ? value.metadata : undefined;
  const name = typeof metadata === 'object' && metadata !== null && 'name' in metadata && typeof metadata.name === 'string' ? metadata.name.slice(0, 63) : '';
  return `${kind} ${name}`.trim();
}

function addOnce(loaded: Map<string, LoadedDocument>, document: LoadedDocument, errors: FieldError[]): void {
  const name = describe(document.resource);
  const before = loaded.get(name);
  if (before !== undefined) errors.push({ field: document.place, rule: `${name} is already given at ${before.place}` });
  else loaded.set(name, document);
}

function invalid(code: 'malformed-request' | 'rule-broken', errors: readonly FieldError[]): SluiceError {
  const shown = errors.slice(0, MAXIMUM_ERRORS);
  const more = errors.length - shown.length;
  return SluiceError.of(code, `${errors.length === 1 ? 'one fault was' : `${errors.length} faults were`} found${more > 0 ? `, the first ${shown.length} are shown` : ''}; nothing was sent`, { errors: shown });
}
