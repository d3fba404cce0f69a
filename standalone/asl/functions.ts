import { createHash } from 'node:crypto';

/** A function that expressions can call: its JSONata signature and what it does. */
type HostFunction = { readonly signature: string; readonly call: (...values: readonly unknown[]) => unknown };

/** Functions that the host gives to expressions, by name. */
export type HostFunctions = { [name: string]: HostFunction };

/** The longest `$range` that Step Functions builds, measured. */
const MAXIMUM_RANGE_ITEMS = 360_145;

const ALGORITHMS: ReadonlyMap<string, string> = new Map([
  ['MD5', 'md5'],
  ['SHA-1', 'sha1'],
  ['SHA-256', 'sha256'],
  ['SHA-384', 'sha384'],
  ['SHA-512', 'sha512'],
]);

/**
 * The functions that Step Functions adds to JSONata, and two of JSONata's own that need a Buffer of the process. Numbers are cut to whole ones towards zero; arguments that make no
 * sense (a chunk of no size, a step in the wrong direction, no algorithm) give undefined, which the calling field refuses.
 * Source: https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html#jsonata-functions-provided-by-sfn
 */
export function hostFunctions(random: () => number): HostFunctions {
  return {
    partition: { signature: '<an?:a>', call: partition },
    range: { signature: '<n?n?n?:x>', call: range },
    hash: { signature: '<s?s?:s>', call: hash },
    random: { signature: '<n?:n>', call: (seed) => (typeof seed === 'number' ? seededRandom(seed) : random()) },
    uuid: { signature: '<:s>', call: () => uuid(random) },
    parse: { signature: '<s?:x>', call: (text) => (typeof text === 'string' ? JSON.parse(text) : undefined) },
    base64encode: { signature: '<s-:s>', call: (text) => (typeof text === 'string' ? Buffer.from(text).toString('base64') : undefined) },
    base64decode: { signature: '<s-:s>', call: base64decode },
  };
}

function partition(items: unknown, size: unknown): unknown {
  if (!Array.isArray(items) || typeof size !== 'number') return undefined;
  const chunk = Math.trunc(size);
  if (chunk < 1 || items.length === 0) return undefined;
  const chunks: unknown[][] = [];
  for (let start = 0; start < items.length; start += chunk) chunks.push(items.slice(start, start + chunk));
  return chunks;
}

/** A range of one item is that item, as every sequence of one is in JSONata. */
function range(first: unknown, last: unknown, stride: unknown): unknown {
  if (typeof first !== 'number' || typeof last !== 'number' || typeof stride !== 'number') return undefined;
  const [start, end, step] = [Math.trunc(first), Math.trunc(last), Math.trunc(stride)];
  if (step === 0 || (end - start) * step < 0) return undefined;
  const length = Math.floor((end - start) / step) + 1;
  if (length > MAXIMUM_RANGE_ITEMS) throw Object.assign(new Error('the range is too long'), { code: 'D2014' });
  return length === 1 ? start : Array.from({ length }, (_, index) => start + index * step);
}

function hash(text: unknown, algorithm: unknown): unknown {
  if (typeof text !== 'string' || typeof algorithm !== 'string') return undefined;
  const name = ALGORITHMS.get(algorithm);
  if (name === undefined) throw new Error(`Unsupported hash algorithm ${JSON.stringify(algorithm)}: it must be one of ${[...ALGORITHMS.keys()].join(', ')}`);
  return createHash(name).update(text).digest('hex');
}

function base64decode(text: unknown): unknown {
  if (typeof text !== 'string') return undefined;
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/.test(text)) throw new Error('Illegal base64 text');
  return Buffer.from(text, 'base64').toString();
}

/** The first number of java.util.Random for a seed, which is what Step Functions, a Java program, gives for it. */
function seededRandom(seed: number): number {
  const multiplier = 0x5de_ece_66dn;
  const mask = (1n << 48n) - 1n;
  let state = (BigInt(Math.trunc(seed)) ^ multiplier) & mask;
  const next = (bits: bigint): bigint => {
    state = (state * multiplier + 0xbn) & mask;
    return state >> (48n - bits);
  };
  return Number((next(26n) << 27n) + next(27n)) / 2 ** 53;
}

function uuid(random: () => number): string {
  const bytes = Array.from({ length: 16 }, () => Math.floor(random() * 256));
  // Version 4, variant 1: RFC 9562, section 5.4.
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const digits = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20)].join('-');
}
