import type { Wildcard } from './wildcards.ts';

/**
 * The greatest number of wildcard prefixes that one value may match at once. aws/event-ruler's README suggests 10 per rule,
 * and what EventBridge was recorded to accept (7) and to refuse (11) lies on either side of it.
 */
export const MAXIMUM_COMPLEXITY = 10;

/** Sets of prefixes tried before a pattern counts as too complex; each costs a few microseconds, so all take about 0.1 s. */
const MAXIMUM_SETS = 5000;

/** Wildcards that count as one: those in one `anything-but`, or a single one. */
export type WildcardGroup = readonly Wildcard[];

/**
 * Says whether the wildcards on one field are too complex: whether some value matches more than {@link MAXIMUM_COMPLEXITY}
 * of their prefixes at once (for `*ab`, the prefixes of `"*ab"` are `"`, `"*`, `"*a`, `"*ab`, `"*ab"`), which is what
 * `MachineComplexityEvaluator` of aws/event-ruler counts.
 */
export function isTooComplex(groups: readonly WildcardGroup[]): boolean {
  const roots = groups.map(prefixTree);
  const start = roots.flatMap((root) => withEmptyStars(root));
  const seen = new Set<string>();
  const waiting: (readonly PrefixNode[])[] = [start];
  for (let active = waiting.pop(); active !== undefined; active = waiting.pop()) {
    for (const next of successors(active)) {
      if (next.length > MAXIMUM_COMPLEXITY) return true;
      const name = next.map((node) => node.id).toSorted((left, right) => left - right).join(',');
      if (seen.has(name)) continue;
      seen.add(name);
      if (seen.size > MAXIMUM_SETS) return true;
      waiting.push(next);
    }
  }
  return false;
}

const STAR = -1;

interface PrefixNode {
  readonly id: number;
  readonly isStar: boolean;
  readonly children: Map<number, PrefixNode>;
}

/** All prefixes of a group's wildcards, byte by byte; prefixes that are equal are one node. */
function prefixTree(group: WildcardGroup, groupIndex: number): PrefixNode {
  let nextId = groupIndex * 2 ** 20;
  const node = (isStar: boolean): PrefixNode => ({ id: nextId++, isStar, children: new Map() });
  const root = node(false);
  for (const wildcard of group) {
    let current = root;
    for (const symbol of symbolsOf(wildcard)) {
      const child = current.children.get(symbol) ?? node(symbol === STAR);
      current.children.set(symbol, child);
      current = child;
    }
  }
  return root;
}

function symbolsOf(wildcard: Wildcard): readonly number[] {
  const encoder = new TextEncoder();
  return wildcard.pieces.flatMap((piece, index) => [...(index === 0 ? [] : [STAR]), ...encoder.encode(piece)]);
}

/** The sets that can follow a set. A byte that no prefix goes on with keeps less than any other, so it is not tried. */
function successors(active: readonly PrefixNode[]): readonly (readonly PrefixNode[])[] {
  const bytes = new Set(active.flatMap((node) => [...node.children.keys()]).filter((symbol) => symbol !== STAR));
  return [...bytes].map((byte) => [...new Set(active.flatMap((node) => after(node, byte)))]);
}

function after(node: PrefixNode, byte: number): readonly PrefixNode[] {
  const child = node.children.get(byte);
  const moved = child === undefined ? [] : withEmptyStars(child);
  return node.isStar ? [node, ...moved] : moved;
}

/** A node and the star behind it, which also matches nothing. */
function withEmptyStars(node: PrefixNode): readonly PrefixNode[] {
  const star = node.children.get(STAR);
  return star === undefined ? [node] : [node, star];
}
