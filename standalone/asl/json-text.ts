import type { Diagnostic } from './diagnostics.ts';

/** The most characters of a text that a message repeats, as AWS's parser does. */
const MAXIMUM_SHOWN = 500;

const VALUES = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";

/** What may come next, with the words for a character that is something else. `key` is a key, and `firstKey` one or the end of its object. */
const EXPECTED = {
  value: `expected a valid value ${VALUES}`,
  firstValue: `expected a valid value ${VALUES}`,
  key: 'was expecting double-quote to start field name',
  firstKey: 'was expecting double-quote to start field name',
  colon: 'was expecting a colon to separate field name and value',
  comma: 'was expecting comma to separate entries',
  end: 'was expecting the end of the text',
} as const;

const TOKEN = /\s*("(?:[^"\\]|\\.)*"|-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|[[\]{}:,]|[A-Za-z_$][A-Za-z0-9_$]*)/y;

/** Says in AWS's words why a text is no JSON. Its parser is Jackson, whose messages name the token and the line and column after it. */
export function jsonTextDiagnostic(text: string): Diagnostic {
  const { problem, offset } = findProblem(text);
  const before = text.slice(0, offset).split('\n');
  const shown = text.length > MAXIMUM_SHOWN ? `${text.slice(0, MAXIMUM_SHOWN)}[truncated ${text.length - MAXIMUM_SHOWN} chars]` : text;
  const location = `[Source: (String)"${shown}"; line: ${before.length}, column: ${(before.at(-1) ?? '').length + 1}]`;
  return { code: 'INVALID_JSON_DESCRIPTION', message: `${problem}\n at ${location}`, location };
}

/** Finds the first token that cannot stand where it stands. The text is known to be no JSON. */
function findProblem(text: string): { readonly problem: string; readonly offset: number } {
  const open: string[] = [];
  let expected: keyof typeof EXPECTED = 'value';
  let end = 0;
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) {
    const [, token = ''] = match;
    end = TOKEN.lastIndex;
    if (/^[A-Za-z_$]/.test(token) && !['null', 'true', 'false'].includes(token)) {
      return { problem: `Unrecognized token '${token}': was expecting ${VALUES}`, offset: end };
    }
    const next = after(token, expected, open);
    if (next === undefined) return unexpected(token.charAt(0), EXPECTED[expected], end - token.length + 1);
    expected = next;
  }
  const rest = /\S/.exec(text.slice(end));
  if (rest === null) return { problem: 'Unexpected end-of-input', offset: text.length };
  return unexpected(rest[0], EXPECTED[expected], end + rest.index + 1);
}

function unexpected(character: string, expected: string, offset: number): { readonly problem: string; readonly offset: number } {
  return { problem: `Unexpected character ('${character}' (code ${character.charCodeAt(0)})): ${expected}`, offset };
}

/** What may follow a token; undefined when the token itself may not be here. `open` holds the objects and arrays around it. */
function after(token: string, expected: keyof typeof EXPECTED, open: string[]): keyof typeof EXPECTED | undefined {
  const closes = (token === '}' && open.at(-1) === '{') || (token === ']' && open.at(-1) === '[');
  if (closes && (expected === 'comma' || expected === (token === '}' ? 'firstKey' : 'firstValue'))) {
    open.pop();
    return open.length === 0 ? 'end' : 'comma';
  }
  switch (expected) {
    case 'value':
    case 'firstValue':
      if (/^[}\]:,]/.test(token)) return undefined;
      if (token !== '{' && token !== '[') return open.length === 0 ? 'end' : 'comma';
      open.push(token);
      return token === '{' ? 'firstKey' : 'firstValue';
    case 'key':
    case 'firstKey':
      return token.startsWith('"') ? 'colon' : undefined;
    case 'colon':
      return token === ':' ? 'value' : undefined;
    case 'comma':
      if (token !== ',') return undefined;
      return open.at(-1) === '{' ? 'key' : 'value';
    case 'end':
      return undefined;
  }
}
