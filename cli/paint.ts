/** The colours that are used, as SGR parameters. Source: ECMA-48 §8.3.117. */
const colours = { red: 31, green: 32, yellow: 33, blue: 34, cyan: 36, dim: 2, bold: 1 } as const;

export type Colour = keyof typeof colours;

/** Colours a text, or leaves it as it is. */
export type Paint = (colour: Colour, text: string) => string;

/** Colours only for a terminal that shows them, and never where NO_COLOR is set to anything (https://no-color.org). */
export function paintFor(terminal: boolean, environment: Readonly<Record<string, string | undefined>>): Paint {
  const wanted = terminal && (environment.NO_COLOR ?? '') === '' && environment.TERM !== 'dumb';
  return wanted ? (colour, text) => `\u001b[${colours[colour]}m${text}\u001b[0m` : (_, text) => text;
}

/** The columns a text takes, one for each code point; colours take none. */
export function widthOf(text: string): number {
  return [...plain(text)].length;
}

/** Cuts a text to a number of columns, with an ellipsis where something is missing; the colours of a cut text are lost. */
export function cut(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  return columns < 1 ? '' : `${[...plain(text)].slice(0, columns - 1).join('')}…`;
}

function plain(text: string): string {
  return text.replaceAll(OUR_COLOURS, '');
}

const OUR_COLOURS = new RegExp(`${String.fromCodePoint(27)}\\[(?:0|${Object.values(colours).join('|')})m`, 'g');

/**
 * Makes text from elsewhere safe to show: control characters (but our colours) could move the cursor or hide what is written, and
 * direction overrides could turn it round.
 */
export function harmless(text: string): string {
  const kept = text.match(OUR_COLOURS) ?? [];
  return text.split(OUR_COLOURS).map((part, index) => colourless(part) + (kept[index] ?? '')).join('');
}

/** As {@link harmless}, for where nothing is coloured: what looks like a colour of ours is not from us. */
export function colourless(text: string): string {
  return text.replaceAll(/[[\p{Cc}\u202a-\u202e\u2066-\u2069]--[\n\t]]/gv, '\ufffd');
}

/** A text of several lines as one entry of a log: the further ones are indented, so that none of them can pass for an entry of its own. */
export function oneEntry(text: string): string {
  return text.replaceAll(/[\n\u2028\u2029]/g, '\n  ');
}

/** JSON text with all that a terminal could obey written as escapes: the same value, and harmless to look at. JSON itself escapes only what is below the blank. */
export function harmlessJson(json: string): string {
  return json.replaceAll(/[\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
