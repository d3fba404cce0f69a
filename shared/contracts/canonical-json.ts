/**
 * JSON in one way only, so that equal values have equal hashes: members sorted by their names' UTF-16 code units, no white space,
 * numbers and texts as ECMAScript writes them (RFC 8785). Members that are `undefined` are left out, as JSON has none.
 * @throws Error for what JSON cannot hold; in an array also `undefined`.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    // The default order of `sort` is that of UTF-16 code units.
    const members = Object.entries(value).filter(([, member]) => member !== undefined).sort(([left], [right]) => (left < right ? -1 : 1));
    return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`).join(',')}}`;
  }
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Error(`JSON has no ${value}`);
  const text: string | undefined = JSON.stringify(value);
  if (text === undefined) throw new Error(`JSON has no ${typeof value}`);
  return text;
}
