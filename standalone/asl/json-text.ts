import type { Diagnostic } from './diagnostics.ts';

/** The most characters of a text that a message repeats, as AWS's parser does. */
const MAXIMUM_SHOWN = 500;

const EXPECTED = "was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')";

/** Says in AWS's words why a text is no JSON. Its parser is Jackson, whose messages name the token, the line and the column after it. */
export function jsonTextDiagnostic(text: string): Diagnostic {
  const { problem, offset } = findProblem(text);
  const before = text.slice(0, offset).split('\n');
  const shown = text.length > MAXIMUM_SHOWN ? `${text.slice(0, MAXIMUM_SHOWN)}[truncated ${text.length - MAXIMUM_SHOWN} chars]` : text;
  const location = `[Source: (String)"${shown}"; line: ${before.length}, column: ${(before.at(-1) ?? '').length + 1}]`;
  return { code: 'INVALID_JSON_DESCRIPTION', message: `${problem}\n at ${location}`, location };
}

/** Finds the first token that cannot stand where it stands. The text is known to be no JSON. */
function findProblem(text: string): { readonly problem: string; readonly offset: number } {
  const tokens = /\s+|"(?:[^"\\]|\\.)*"|-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|[[\]{}:,]|[A-Za-z_$][A-Za-z0-9_$]*/y;
  let end = 0;
  for (let match = tokens.exec(text); match !== null; match = tokens.exec(text)) {
    end = tokens.lastIndex;
    const [token] = match;
    if (!/^[A-Za-z_$]/.test(token) || ['null', 'true', 'false'].includes(token)) continue;
    return { problem: `Unrecognized token '${token}': ${EXPECTED}`, offset: end };
  }
  const character = text.charAt(end);
  if (character === '') return { problem: 'Unexpected end-of-input', offset: end };
  return { problem: `Unexpected character ('${character}' (code ${character.charCodeAt(0)})): ${EXPECTED}`, offset: end + 1 };
}
