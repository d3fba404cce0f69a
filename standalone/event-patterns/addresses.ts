/** A range of IP addresses of one family, both ends included. */
export interface AddressRange {
  readonly bits: 32 | 128;
  readonly first: bigint;
  readonly last: bigint;
}

/** An IP address: its family, by width in bits, and its value. */
export interface Address {
  readonly bits: 32 | 128;
  readonly value: bigint;
}

/** What a CIDR text stands for, or why it stands for nothing, in EventBridge's words. */
export type CidrResult =
  | { readonly outcome: 'range'; readonly range: AddressRange }
  | { readonly outcome: 'refused'; readonly reason: string };

const FOUR_PARTS = /^[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+$/;
const GROUPS = /^[0-9a-fA-F:]*:[0-9a-fA-F:]*$/;
/** The longest address text: eight groups of four hexadecimal digits and seven colons are 39 characters. */
const MAXIMUM_ADDRESS_CHARACTERS = 39;

/** Reads an IPv4 or IPv6 address; undefined when the text is none. An IPv4-mapped IPv6 address is the IPv4 address. */
export function parseAddress(text: string): Address | undefined {
  if (text.length > MAXIMUM_ADDRESS_CHARACTERS) return undefined;
  if (FOUR_PARTS.test(text)) return parseFourParts(text);
  if (GROUPS.test(text)) return parseGroups(text);
  return undefined;
}

/** Reads `address/bits`. A range that is one address (/32 or /128) is refused, as EventBridge does: an exact match says it. */
export function parseCidr(text: string): CidrResult {
  const [addressText = '', bitsText, ...rest] = withoutTrailingEmpty(text.split('/'));
  if (bitsText === undefined || rest.length > 0) return refused("Malformed CIDR, one '/' required");
  if (!/^[+-]?[0-9]{1,9}$/.test(bitsText)) return refused('Malformed CIDR, mask bits must be an integer');
  const maskBits = Number(bitsText);
  if (maskBits < 0) return refused('Malformed CIDR, mask bits must not be negative');
  const address = parseAddress(addressText);
  if (address === undefined) {
    const looksLikeOne = FOUR_PARTS.test(addressText) || GROUPS.test(addressText);
    return refused(`${looksLikeOne ? 'Invalid' : 'Nonstandard'} IP address: ${addressText}`);
  }
  if (maskBits >= address.bits) return refused(`IPv${address.bits === 32 ? 4 : 6} mask bits must be < ${address.bits}`);
  const variable = (1n << BigInt(address.bits - maskBits)) - 1n;
  const first = address.value & ~variable;
  return { outcome: 'range', range: { bits: address.bits, first, last: first | variable } };
}

/** Says whether an address lies in a range; addresses of the other family never do. */
export function inRange(range: AddressRange, address: Address): boolean {
  return address.bits === range.bits && address.value >= range.first && address.value <= range.last;
}

function parseFourParts(text: string): Address | undefined {
  const parts = text.split('.').map(Number);
  if (parts.some((part) => part > 255)) return undefined;
  return { bits: 32, value: parts.reduce((value, part) => (value << 8n) | BigInt(part), 0n) };
}

function parseGroups(text: string): Address | undefined {
  const halves = text.split('::');
  const groups = halves.map((half) => (half === '' ? [] : half.split(':')));
  const written = groups.flat();
  const complete = halves.length === 1 ? written.length === 8 : halves.length === 2 && written.length <= 7;
  if (!complete || written.some((group) => !/^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  const filler = Array.from({ length: 8 - written.length }, () => '0');
  const all = [...(groups[0] ?? []), ...filler, ...(groups[1] ?? [])];
  const value = all.reduce((sum, group) => (sum << 16n) | BigInt(Number.parseInt(group, 16)), 0n);
  const isMapped = value >> 32n === 0xffffn;
  return isMapped ? { bits: 32, value: value & 0xffffffffn } : { bits: 128, value };
}

/** Java's `split` drops empty strings at the end, so `10.0.0.0/8/` is read as `10.0.0.0/8`. */
function withoutTrailingEmpty(parts: readonly string[]): readonly string[] {
  const last = parts.findLastIndex((part) => part !== '');
  return parts.slice(0, last + 1);
}

function refused(reason: string): CidrResult {
  return { outcome: 'refused', reason };
}
