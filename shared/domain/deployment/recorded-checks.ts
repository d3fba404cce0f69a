import type { Check } from '#domain/deployment/events';

/** The most checks that an event holds, as its schema says. */
const MAXIMUM_CHECKS = 200;

/** An event has at most 32,256 bytes; its own reason takes up to 2,000, and the rest is for its envelope and for letters of several bytes. */
const MAXIMUM_CHARACTERS = 24_000;

/**
 * The checks as an event keeps them: all, in their order, where they fit. Where they do not, those that failed come first, then the others
 * as far as they fit, and one more named `others` counts what is left out. A hundred targets give more checks than an event holds.
 */
export function recordedChecks(checks: readonly Check[]): Check[] {
  if (checks.length <= MAXIMUM_CHECKS && lengthOf(checks) <= MAXIMUM_CHARACTERS) return [...checks];
  const ordered = [...checks.filter((one) => one.outcome === 'failed'), ...checks.filter((one) => one.outcome !== 'failed')];
  const kept = ordered.slice(0, fitting(ordered));
  const others = ordered.slice(kept.length);
  const failed = others.filter((one) => one.outcome === 'failed').length;
  const reason = `${others.length} more checks, of which ${failed === 0 ? 'none' : failed} failed`;
  return [...kept, { check: 'others', outcome: failed > 0 ? 'failed' : 'passed', reason }];
}

/** How many of the checks fit, with a place left for the one that counts the others. */
function fitting(checks: readonly Check[]): number {
  let length = 0;
  const first = checks.findIndex((one, index) => {
    length += lengthOf(one);
    return index >= MAXIMUM_CHECKS - 1 || length > MAXIMUM_CHARACTERS;
  });
  return first < 0 ? checks.length : first;
}

function lengthOf(value: Check | readonly Check[]): number {
  return JSON.stringify(value).length + 1;
}
