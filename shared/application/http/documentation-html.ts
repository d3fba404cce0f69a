/** A JSON Schema as it stands in the document. */
export type Schema = { readonly [keyword: string]: unknown };

/** Text as HTML text or as the value of a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;');
}

/** Text as code. */
export function code(text: string): string {
  return `<code>${escapeHtml(text)}</code>`;
}

/** A value as readable JSON. */
export function json(value: unknown): string {
  return escapeHtml(JSON.stringify(value, undefined, 2));
}

/** What a schema allows, in a few words: a link to a named one, else its type and bounds. */
export function typeOf(schema: Schema): string {
  const reference = typeof schema.$ref === 'string' ? schema.$ref.split('/').at(-1) : undefined;
  if (reference !== undefined) return `<a href="#schema-${escapeHtml(reference)}">${escapeHtml(reference)}</a>`;
  if (schema.const !== undefined) return code(JSON.stringify(schema.const));
  if (Array.isArray(schema.enum)) return schema.enum.map((value) => code(JSON.stringify(value))).join(' or ');
  const branches = [schema.anyOf, schema.oneOf, schema.allOf].find(Array.isArray);
  if (branches) return branches.filter(isSchema).map(typeOf).join(' or ');
  if (schema.type === 'array') return `list of ${isSchema(schema.items) ? typeOf(schema.items) : 'anything'}${bounds(schema)}`;
  if (schema.type === 'object' && isSchema(schema.additionalProperties) && !isSchema(schema.properties)) return `map of ${typeOf(schema.additionalProperties)}`;
  if (schema.type === 'object' && isSchema(schema.properties)) return `object of ${Object.keys(schema.properties).map(code).join(', ')}`;
  return `${typeof schema.type === 'string' ? schema.type : 'anything'}${typeof schema.format === 'string' ? ` (${escapeHtml(schema.format)})` : ''}${bounds(schema)}`;
}

/** The fields of an object's schema, one row each; nothing for any other schema. */
export function fieldsTable(schema: Schema | undefined): string {
  if (!isSchema(schema?.properties)) return '';
  const required = Array.isArray(schema.required) ? schema.required : [];
  const rows = Object.entries(schema.properties).map(([name, field]) => {
    const one = isSchema(field) ? field : {};
    const fallback = one.default === undefined ? '' : `; default ${code(JSON.stringify(one.default))}`;
    const description = typeof one.description === 'string' ? `<br>${escapeHtml(one.description)}` : '';
    return `<tr><td>${code(name)}</td><td>${required.includes(name) ? 'required' : ''}</td><td>${typeOf(one)}${fallback}${description}</td></tr>`;
  });
  return rows.length === 0 ? '' : `<table>${rows.join('')}</table>`;
}

const boundWords = {
  minimum: 'at least', exclusiveMinimum: 'more than', maximum: 'at most', exclusiveMaximum: 'less than',
  minLength: 'at least this many characters:', maxLength: 'at most this many characters:', minItems: 'at least this many:', maxItems: 'at most this many:', pattern: 'like',
} as const;

/** The largest safe integers are no bound that anyone wrote. */
function bounds(schema: Schema): string {
  const told = Object.entries(boundWords).filter(([keyword]) => schema[keyword] !== undefined && Math.abs(Number(schema[keyword])) !== Number.MAX_SAFE_INTEGER);
  return told.map(([keyword, words]) => `, ${words} ${code(String(schema[keyword]))}`).join('');
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
