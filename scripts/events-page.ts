import * as z from 'zod';

import { report } from '#contracts/adapter';
import { busRules, gatewayRules } from '#contracts/bus-rules';
import { EVENT_SOURCE, MAXIMUM_EVENT_BYTES, eventCatalogue, eventEnvelope } from '#contracts/events';
import type { EventType } from '#contracts/events';
import { actor, check } from '#domain/deployment/events';
import { plan, planStep } from '#domain/deployment/plan';
import { analysisTemplateResource, applicationResource, environmentResource, releaseResource, targetResource } from '#domain/resources/resource';
import { strategyChoice } from '#domain/resources/strategy';

import { eventMeanings } from './event-meanings.ts';
import { jsonText } from './json-text.ts';

/** What several payloads are made of, or what is long: each is shown once, below the events. */
const shared = {
  Actor: actor, Check: check, Plan: plan, PlanStep: planStep, Report: report, StrategyChoice: strategyChoice,
  Application: applicationResource, Environment: environmentResource, Target: targetResource, Release: releaseResource, AnalysisTemplate: analysisTemplateResource,
} as const;

/** The types of the events that go to the bus, and of those that do not, in the order of the catalogue. */
export const relayedTypes: readonly EventType[] = typesOf(true);
const innerTypes: readonly EventType[] = typesOf(false);

/** The page docs/events.md, derived from the catalogue of events and the table of rules. */
export function eventsPage(): string {
  const schemas = allSchemas();
  return `${[
    '# Events on the bus',
    'This page is generated from the catalogue of events by `npm run docs`. On AWS every event below is put on the control plane\'s EventBridge bus; rules of your own may listen there.',
    conventions(),
    '## Example',
    `A rule that hears of every deployment of \`shop\` into production that begins, and one that hears of everything that ended badly:\n\n${fenced({ source: [EVENT_SOURCE], 'detail-type': ['DeploymentRequested'], detail: { tenant: ['acme'], payload: { application: ['shop'], environment: ['production'] } } })}\n\n${fenced({ source: [EVENT_SOURCE], 'detail-type': ['DeploymentFailed', 'DeploymentRolledBack', 'DeploymentAborted'], detail: { tenant: ['acme'] } })}`,
    '## All events',
    `| \`detail-type\` | Means | Sluice's own rules |\n|---|---|---|\n${relayedTypes.map((type) => `| [\`${type}\`](#${type.toLowerCase()}) | ${eventMeanings[type]} | ${consumersOf(type).map((name) => `\`${name}\``).join(', ')} |`).join('\n')}`,
    `Not on the bus: ${innerTypes.map((type) => `\`${type}\` (${eventMeanings[type]})`).join(', ')}.`,
    ...relayedTypes.map((type) => section(type, schemas)),
    '## Shared schemas',
    'A `$ref` above names one of these.',
    ...Object.keys(shared).map((name) => `### ${name} schema\n\n${fenced(schemas[name])}`),
  ].join('\n\n')}\n`;
}

/** A pattern that matches some events of a type and none of another: of one tenant, and by what the payload is best told apart by. */
export function examplePattern(type: EventType): { readonly source: readonly string[]; readonly 'detail-type': readonly EventType[]; readonly detail: { readonly tenant: readonly string[]; readonly payload?: { readonly [field: string]: readonly unknown[] } } } {
  const told = Object.entries(tellingFields(type)).slice(0, 1);
  return { source: [EVENT_SOURCE], 'detail-type': [type], detail: { tenant: ['acme'], ...(told.length === 0 ? {} : { payload: Object.fromEntries(told) }) } };
}

const object = z.looseObject({ properties: z.record(z.string(), z.looseObject({ enum: z.array(z.unknown()).optional(), type: z.string().optional(), example: z.unknown().optional() })) });

/** The fields of a payload that have a few values each, or else the example that their schema names. */
function tellingFields(type: EventType): { readonly [field: string]: readonly unknown[] } {
  const { properties } = object.parse(z.toJSONSchema(eventCatalogue[type].payload));
  const listed = Object.entries(properties).flatMap(([name, { enum: values }]) => (values === undefined ? [] : [[name, values.slice(0, 1)] as const]));
  const flags = Object.entries(properties).flatMap(([name, property]) => (property.type === 'boolean' ? [[name, [false]] as const] : []));
  const exemplified = Object.entries(properties).flatMap(([name, { example }]) => (example === undefined ? [] : [[name, [example]] as const]));
  return Object.fromEntries([...listed, ...flags, ...exemplified]);
}

function conventions(): string {
  return `- \`source\` is \`${EVENT_SOURCE}\`, \`detail-type\` the event's type, \`time\` when it was appended, and \`detail\` its envelope with the payload.
- **At least once, in no promised order.** Tell a repetition by \`detail.stream\` and \`detail.version\`; these also give the order within a stream.
- An event has at most ${MAXIMUM_EVENT_BYTES} bytes. What is larger is a digest (\`sha256:…\`) of content in the blobs; secrets are never in an event.
- \`detail.schemaVersion\` grows when a payload changes in a way that a reader could notice; new fields may come without it, so ignore what you do not know.
- \`detail.hash\` is SHA-256 over the hash of the stream's event before, as text, and the canonical JSON of the envelope without \`hash\`.
- Always filter by \`detail.tenant\` where tenants must not see each other: the bus carries those of all.

The envelope, which is \`detail\` of every event:

${fenced(withoutDialect(z.toJSONSchema(eventEnvelope, { override: forReaders })))}`;
}

function section(type: EventType, schemas: { readonly [name: string]: unknown }): string {
  return [
    `### ${type}`,
    `${sentence(eventMeanings[type])} Version ${eventCatalogue[type].version} of its payload:`,
    fenced(schemas[type]),
    'A pattern:',
    fenced(examplePattern(type)),
  ].join('\n\n');
}

function allSchemas(): { readonly [name: string]: unknown } {
  const registry = z.registry<{ id?: string }>();
  for (const [id, schema] of Object.entries(shared)) registry.add(schema, { id });
  for (const type of relayedTypes) registry.add(eventCatalogue[type].payload, { id: type });
  const { schemas } = z.toJSONSchema(registry, { uri: (id) => `#${id.toLowerCase()}-schema`, override: forReaders });
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, withoutDialect(schema)]));
}

/** A reader takes what it does not know, so a schema for readers refuses no field; and it needs no pattern where a format says the same, nor JavaScript's largest integer. */
function forReaders({ jsonSchema }: { readonly jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
  if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
}

function withoutDialect(schema: object): object {
  return Object.fromEntries(Object.entries(schema).filter(([name]) => name !== '$schema' && name !== '$id'));
}

function consumersOf(type: EventType): readonly string[] {
  return [...busRules, ...gatewayRules].filter((rule) => rule.pattern['detail-type'].some((one) => one === type)).map((rule) => rule.consumer);
}

function typesOf(relayed: boolean): readonly EventType[] {
  const types = Object.keys(eventMeanings).filter((name): name is EventType => Object.hasOwn(eventCatalogue, name));
  return types.filter((type) => eventCatalogue[type].relayed === relayed);
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}

function fenced(value: unknown): string {
  return `\`\`\`json\n${jsonText(value)}\n\`\`\``;
}
