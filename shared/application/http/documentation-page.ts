import { createHash } from 'node:crypto';

import * as z from 'zod';

import { code, escapeHtml, fieldsTable, json, typeOf } from '#application/http/documentation-html';
import type { Schema } from '#application/http/documentation-html';
import { DOCUMENTATION_STYLE } from '#application/http/documentation-style';
import { errorCodes, errors } from '#contracts/errors';
import type { OpenapiDocument } from '#contracts/openapi';
import { closeReasons } from '#contracts/stream';

/** The page's policy: its own style and nothing else; no script, no image, no frame, no form. */
export const DOCUMENTATION_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(DOCUMENTATION_STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

const schema: z.ZodType<Schema> = z.record(z.string(), z.unknown());
const content = z.record(z.string(), z.looseObject({ schema: schema.optional(), example: z.unknown().optional() }));
const parameter = z.looseObject({ name: z.string(), in: z.string(), description: z.string().optional(), required: z.boolean().optional(), schema: schema.optional() });
const operation = z.looseObject({
  operationId: z.string(), tags: z.array(z.string()), summary: z.string(), description: z.string().optional(), 'x-permission': z.string(),
  parameters: z.array(z.union([z.looseObject({ $ref: z.string() }), parameter])).default([]),
  requestBody: z.looseObject({ content }).optional(),
  responses: z.record(z.string(), z.looseObject({ description: z.string(), content: content.optional() })),
});
const shape = z.looseObject({
  info: z.looseObject({ title: z.string(), version: z.string(), description: z.string() }),
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.looseObject({ schemas: z.record(z.string(), schema), parameters: z.record(z.string(), parameter) }),
});

type Shape = z.infer<typeof shape>;
type Operation = z.infer<typeof operation> & { readonly method: string; readonly path: string };

/** Renders the OpenAPI document as one page of plain HTML that loads nothing. */
export function documentationPage(document: OpenapiDocument): string {
  const parsed = shape.parse(document);
  const operations = Object.entries(parsed.paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, one]) => ({ ...one, method, path })));
  const byTag = Map.groupBy(operations, (one) => one.tags[0] ?? '');
  const { title, version, description } = parsed.info;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} ${escapeHtml(version)}</title><style>${DOCUMENTATION_STYLE}</style></head>
<body>${navigation(byTag, parsed)}<main>
<h1>${escapeHtml(title)} ${escapeHtml(version)}</h1>
${description.split('\n\n').map(paragraph).join('\n')}
<p>The same as a document for programs: <a href="/openapi.json">/openapi.json</a> (OpenAPI 3.1).</p>
${[...byTag].map(([tag, ones]) => `<section><h2 id="tag-${tag}">${tag}</h2>${ones.map((one) => article(one, parsed)).join('\n')}</section>`).join('\n')}
<section><h2 id="problems">Problems</h2>${problems()}</section>
<section><h2 id="stream">Stream</h2>${stream(document)}</section>
<section><h2 id="schemas">Schemas</h2>${Object.entries(parsed.components.schemas).map(([name, one]) => `<article id="schema-${name}"><h3>${name}</h3>${fieldsTable(one)}</article>`).join('\n')}</section>
</main></body></html>
`;
}

function navigation(byTag: ReadonlyMap<string, readonly Operation[]>, parsed: Shape): string {
  const item = (anchor: string, text: string) => `<li><a href="#${anchor}">${escapeHtml(text)}</a></li>`;
  const lists = [...byTag].map(([tag, ones]) => `<a href="#tag-${tag}"><b>${tag}</b></a><ul>${ones.map((one) => item(one.operationId, one.operationId)).join('')}</ul>`);
  const schemas = Object.keys(parsed.components.schemas).map((name) => item(`schema-${name}`, name));
  return `<nav>${lists.join('')}<ul>${item('problems', 'Problems')}${item('stream', 'Stream')}</ul><a href="#schemas"><b>Schemas</b></a><ul>${schemas.join('')}</ul></nav>`;
}

/** A paragraph, or a list where each line begins with a hyphen; text in backquotes is code. */
function paragraph(text: string): string {
  const inline = (line: string) => escapeHtml(line).replaceAll(/`([^`]+)`/g, '<code>$1</code>');
  if (!text.startsWith('- ')) return `<p>${inline(text)}</p>`;
  return `<ul>${text.split('\n').map((line) => `<li>${inline(line.slice(2))}</li>`).join('')}</ul>`;
}

function article(one: Operation, parsed: Shape): string {
  const parameters = one.parameters.map((each) => resolve(each, parsed)).filter((each) => each !== undefined);
  const rows = parameters.map((each) => `<tr><td>${code(each.name)}</td><td>${each.in}${each.required ? ', required' : ''}</td><td>${each.schema ? typeOf(each.schema) : ''}</td><td>${escapeHtml(each.description ?? '')}</td></tr>`);
  const body = one.requestBody?.content['application/json'];
  return `<article id="${one.operationId}"><h3>${code(`${one.method.toUpperCase()} ${one.path}`)}</h3>
<p>${escapeHtml(one.summary)}. ${one['x-permission'] === 'public' ? 'Needs no key.' : `Needs ${one['x-permission'] === 'key' ? 'any key' : code(one['x-permission'])}.`}</p>
${rows.length === 0 ? '' : `<table>${rows.join('')}</table>`}
${body === undefined ? '' : `<h4>Body: ${body.schema ? typeOf(body.schema) : ''}</h4>${fieldsTable(body.schema)}${exampleOf(body.example)}`}
${Object.entries(one.responses).map(([status, response]) => responseOf(status, response)).join('\n')}</article>`;
}

function responseOf(status: string, response: Operation['responses'][string]): string {
  const [type, shown] = Object.entries(response.content ?? {})[0] ?? [];
  if (type === 'application/problem+json' || shown === undefined) {
    return `<p><b>${status}</b> ${paragraph(response.description).replace(/^<p>|<\/p>$/g, '').replaceAll(/<code>([a-z-]+)<\/code>/g, '<a href="#problem-$1"><code>$1</code></a>')}</p>`;
  }
  return `<details><summary><b>${status}</b> ${shown.schema ? typeOf(shown.schema) : ''} <small>${type}</small></summary>${fieldsTable(shown.schema)}${exampleOf(shown.example)}</details>`;
}

function resolve(each: Operation['parameters'][number], parsed: Shape): z.infer<typeof parameter> | undefined {
  const named = parameter.safeParse(each);
  if (named.success) return named.data;
  return parsed.components.parameters[String(each.$ref).split('/').at(-1) ?? ''];
}

function exampleOf(value: unknown): string {
  return value === undefined ? '' : `<pre>${json(value)}</pre>`;
}

function problems(): string {
  const rows = errorCodes.map((one) => {
    const { status, exitCode, title, retriable, recoveryActions } = errors[one];
    return `<tr id="problem-${one}"><td>${code(one)}</td><td>${status}</td><td>${exitCode}</td><td>${escapeHtml(title)}. ${recoveryActions.map((action) => paragraph(action).replace(/^<p>|<\/p>$/g, '')).join('. ')}.</td><td>${retriable ? 'may be repeated' : ''}</td></tr>`;
  });
  return `<table><tr><th>Code</th><th>Status</th><th>Exit code</th><th>Meaning, and what to do</th><th></th></tr>${rows.join('')}</table>`;
}

function stream(document: OpenapiDocument): string {
  const codes = Object.entries(closeReasons).map(([value, reason]) => `<tr><td>${value}</td><td>${reason}</td></tr>`);
  return `<p>${code('GET /v1')} names the ${code('streamUrl')}. All messages are JSON texts.</p><h4>Close codes</h4><table>${codes.join('')}</table><details><summary>JSON Schema of the messages</summary><pre>${json(document['x-stream'])}</pre></details>`;
}
