import type { JsonEntry, JsonNode } from './json-node.ts';
import { MAXIMUM_DEPTH } from './json-node.ts';

/** What parsing a text gave: its value, or what is wrong with it and where, in the words of Jackson. */
export type JsonTextResult =
  | { readonly outcome: 'parsed'; readonly node: JsonNode }
  | { readonly outcome: 'refused'; readonly reason: string };

/**
 * Parses JSON text as EventBridge does, keeping repeated keys and the text of numbers.
 *
 * EventBridge passes Jackson's own message on to the caller, so the commonest of those are worded as there, with Jackson's
 * position: the line and column of the character, or after the token, that is wrong.
 */
export function parseJsonText(text: string): JsonTextResult {
  const reader = new JsonReader(text);
  try {
    return { outcome: 'parsed', node: reader.readDocument() };
  } catch (error) {
    if (error instanceof JsonTextError) return { outcome: 'refused', reason: error.message };
    throw error;
  }
}

class JsonTextError extends Error {}

const VALUE_FORMS = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const WORD = /[\p{L}\p{N}_$]+/uy;
const PLAIN_CHARACTERS = /[ !#-[\]-\uffff]+/y;
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t',
};
/** Jackson quotes at most this many characters of the source (`ErrorReportConfiguration.DEFAULT_MAX_RAW_CONTENT_LENGTH`). */
const MAXIMUM_QUOTED_CHARACTERS = 500;

class JsonReader {
  private position = 0;
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  readDocument(): JsonNode {
    const node = this.readValue(0);
    this.skipBlanks();
    if (this.position < this.text.length) throw this.unexpected('expected the end of the text');
    return node;
  }

  private readValue(depth: number): JsonNode {
    this.skipBlanks();
    if (depth > MAXIMUM_DEPTH) {
      throw this.refusal(`Document nesting depth (${depth}) exceeds the maximum allowed (${MAXIMUM_DEPTH})`);
    }
    const character = this.text[this.position];
    if (character === undefined) throw this.refusal('Unexpected end-of-input: expected a value');
    if (character === '{') return this.readObject(depth);
    if (character === '[') return this.readArray(depth);
    if (character === '"') return { kind: 'string', value: this.readString('a string value') };
    if (character === '-' || (character >= '0' && character <= '9')) return this.readNumber();
    return this.readLiteral();
  }

  private readObject(depth: number): JsonNode {
    const start = this.position++;
    const entries: JsonEntry[] = [];
    for (let first = true; ; first = false) {
      if (!this.continues('}', { first, kind: 'Object', start })) return { kind: 'object', entries };
      if (this.text[this.position] !== '"') throw this.unexpected('was expecting double-quote to start field name');
      const key = this.readString('in field name');
      this.skipBlanks();
      if (this.position >= this.text.length) throw this.unclosed('Object', start);
      if (this.text[this.position] !== ':') throw this.unexpected('was expecting a colon to separate field name and value');
      this.position++;
      entries.push({ key, value: this.readValue(depth + 1) });
    }
  }

  private readArray(depth: number): JsonNode {
    const start = this.position++;
    const items: JsonNode[] = [];
    for (let first = true; this.continues(']', { first, kind: 'Array', start }); first = false) {
      items.push(this.readValue(depth + 1));
    }
    return { kind: 'array', items };
  }

  /** Moves to the next entry of a container and says whether there is one; consumes the comma or the end. */
  private continues(end: string, container: { first: boolean; kind: string; start: number }): boolean {
    this.skipBlanks();
    const character = this.text[this.position];
    if (character === undefined) throw this.unclosed(container.kind, container.start);
    if (character === end) {
      this.position++;
      return false;
    }
    if (container.first) return true;
    if (character !== ',') throw this.unexpected(`was expecting comma to separate ${container.kind} entries`);
    this.position++;
    this.skipBlanks();
    return true;
  }

  private readString(place: string): string {
    this.position++;
    let value = '';
    for (;;) {
      value += this.take(PLAIN_CHARACTERS);
      const character = this.text[this.position];
      if (character === undefined) throw this.refusal(`Unexpected end-of-input: was expecting closing quote for ${place}`);
      if (character === '"') {
        this.position++;
        return value;
      }
      if (character !== '\\') throw this.controlCharacter(character);
      value += this.readEscape();
    }
  }

  private readEscape(): string {
    const letter = this.text[this.position + 1] ?? '';
    if (letter === 'u') {
      const digits = this.text.slice(this.position + 2, this.position + 6);
      if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw this.refusal('Unexpected character: expected a hex-digit for character escape sequence');
      this.position += 6;
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    const escaped = Object.hasOwn(ESCAPES, letter) ? ESCAPES[letter] : undefined;
    if (escaped === undefined) throw this.refusal(`Unrecognized character escape ${described(letter)}`);
    this.position += 2;
    return escaped;
  }

  private readNumber(): JsonNode {
    const text = this.take(NUMBER);
    const next = this.text[this.position] ?? '';
    if (text === '') throw this.refusal('Unexpected character in numeric value: expected digit (0-9) to follow minus sign, for valid numeric value');
    if (/[0-9]/.test(next)) throw this.refusal('Invalid numeric value: Leading zeroes not allowed');
    if (/[.eE\p{L}]/u.test(next)) throw this.unexpected('expected space separating root-level values or a valid number');
    return { kind: 'number', text };
  }

  private readLiteral(): JsonNode {
    const word = this.take(WORD);
    if (word === 'true' || word === 'false' || word === 'null') return { kind: 'literal', text: word };
    if (word === '') throw this.unexpected(`expected a valid value ${VALUE_FORMS}`);
    throw this.refusal(`Unrecognized token '${word}': was expecting ${VALUE_FORMS}`);
  }

  private take(expression: RegExp): string {
    expression.lastIndex = this.position;
    const found = expression.exec(this.text)?.[0] ?? '';
    this.position += found.length;
    return found;
  }

  private skipBlanks(): void {
    while (' \t\r\n'.includes(this.text[this.position] ?? 'end')) this.position++;
  }

  private unexpected(expectation: string): JsonTextError {
    const character = String.fromCodePoint(this.text.codePointAt(this.position) ?? 0);
    return this.refusal(`Unexpected character (${described(character)}): ${expectation}`);
  }

  private unclosed(kind: string, start: number): JsonTextError {
    return this.refusal(`Unexpected end-of-input: expected close marker for ${kind} (start marker at ${this.location(start)})`);
  }

  private controlCharacter(character: string): JsonTextError {
    const code = character.charCodeAt(0);
    return this.refusal(`Illegal unquoted character ((CTRL-CHAR, code ${code})): has to be escaped using backslash to be included in string value`);
  }

  private refusal(message: string): JsonTextError {
    return new JsonTextError(`${message}\n at ${this.location(this.position)}`);
  }

  private location(position: number): string {
    const before = this.text.slice(0, position).split('\n');
    const column = (before.at(-1) ?? '').length + 1;
    const left = this.text.length - MAXIMUM_QUOTED_CHARACTERS;
    const cut = left > 0 ? `[truncated ${left} chars]` : '';
    return `[Source: (String)"${this.text.slice(0, MAXIMUM_QUOTED_CHARACTERS)}"${cut}; line: ${before.length}, column: ${column}]`;
  }
}

function described(character: string): string {
  return `'${character}' (code ${character.codePointAt(0) ?? 0})`;
}
