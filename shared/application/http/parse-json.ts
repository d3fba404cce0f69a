import { Failure } from '#contracts/errors';

/** No document of ours nests half as deep; deeper ones only cost time and stack in whoever walks them. */
const MAXIMUM_DEPTH = 32;

/**
 * Parses JSON that a stranger wrote: well-formed UTF-8, at most 32 levels deep, without names that could change an object's prototype.
 * @throws Failure `malformed-request`
 */
export function parseJson(bytes: Uint8Array): unknown {
  const value = parse(bytes);
  check(value);
  return value;
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    // The engine's message may quote the text, which may hold a secret.
    throw malformed('', error instanceof SyntaxError ? 'must be well-formed JSON' : 'must be well-formed UTF-8');
  }
}

type Place = { readonly value: object; readonly depth: number; readonly name: string; readonly parent: Place | undefined };

/** Walks with a list of its own, so that depth costs no stack; only objects and arrays are put on it, so that a long list costs little. */
function check(root: unknown): void {
  const left: Place[] = [];
  const visit = (name: string, value: unknown, parent: Place | undefined) => {
    if (isDangerous(name, value)) throw malformed(pathTo(name, parent), 'is not allowed as a name');
    if (typeof value === 'object' && value !== null) left.push({ value, depth: (parent?.depth ?? 0) + 1, name, parent });
  };
  visit('', root, undefined);
  for (let place = left.pop(); place !== undefined; place = left.pop()) {
    if (place.depth > MAXIMUM_DEPTH) throw malformed(pathTo(place.name, place.parent), `must not nest deeper than ${MAXIMUM_DEPTH} levels`);
    for (const [name, value] of Object.entries(place.value)) visit(name, value, place);
  }
}

/** No name of ours is as long; who sends a longer one need not be sent all of it. */
const MAXIMUM_NAME_CHARACTERS = 100;

/** The dotted path, built only for who is told of it. */
function pathTo(name: string, parent: Place | undefined): string {
  const names = [name];
  for (let place = parent; place !== undefined; place = place.parent) names.unshift(place.name);
  return names.filter((one) => one !== '').map((one) => one.slice(0, MAXIMUM_NAME_CHARACTERS)).join('.');
}

function isDangerous(name: string, value: unknown): boolean {
  return name === '__proto__' || (name === 'constructor' && typeof value === 'object' && value !== null && Object.hasOwn(value, 'prototype'));
}

function malformed(field: string, rule: string): Failure {
  return new Failure('malformed-request', { detail: `${field === '' ? 'the body' : field} ${rule}`, errors: [{ field, rule }] });
}
