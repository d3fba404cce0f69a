/** The longest line that a value is put on as a whole. */
const LINE_CHARACTERS = 130;

/** JSON for people: what fits is one line, what does not has a line for each of its members. */
export function jsonText(value: unknown, indent = ''): string {
  const short = onOneLine(value);
  if (typeof value !== 'object' || value === null || indent.length + short.length <= LINE_CHARACTERS) return short;
  const inner = `${indent}  `;
  const isList = Array.isArray(value);
  if (isList && value.every((member) => typeof member === 'string')) return `[\n${filled(value.map(onOneLine), inner)}\n${indent}]`;
  const lines = Object.entries(value).map(([name, member]) => `${inner}${isList ? '' : `${JSON.stringify(name)}: `}${jsonText(member, inner)}`);
  return `${isList ? '[' : '{'}\n${lines.join(',\n')}\n${indent}${isList ? ']' : '}'}`;
}

/** Words that stand beside each other, as many in a line as fit. */
function filled(words: readonly string[], indent: string): string {
  const lines: string[] = [];
  for (const [index, word] of words.entries()) {
    const part = index === words.length - 1 ? word : `${word},`;
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + part.length > LINE_CHARACTERS) lines.push(`${indent}${part}`);
    else lines[lines.length - 1] = `${last} ${part}`;
  }
  return lines.join('\n');
}

function onOneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(onOneLine).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}: ${onOneLine(member)}`);
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}
