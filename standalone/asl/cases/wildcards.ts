import { runInNewContext } from 'node:vm';

import { isJsonObject } from '../json.ts';

/** Recorded expressions match at once; one that takes longer does not match. */
const REGEX_MILLIS = 1000;

/**
 * Tells whether a value is what a recording expects: objects with the same keys, arrays of the same length, numbers by
 * value; `{"$any": …}` stands for any value, `{"$regex": "…"}` for a text that matches, `{"$json": X}` for a text that is JSON like X.
 */
export function matches(expected: unknown, actual: unknown): boolean {
  if (isJsonObject(expected)) {
    if ('$any' in expected) return actual !== undefined;
    if (typeof expected.$regex === 'string') return typeof actual === 'string' && matchesRegex(expected.$regex, actual);
    if ('$json' in expected) return typeof actual === 'string' && matchesText(expected.$json, actual);
    if (!isJsonObject(actual)) return false;
    const keys = Object.keys(expected);
    return keys.length === Object.keys(actual).length && keys.every((key) => Object.hasOwn(actual, key) && matches(expected[key], actual[key]));
  }
  if (Array.isArray(expected)) {
    return Array.isArray(actual) && actual.length === expected.length && expected.every((item, index) => matches(item, actual[index]));
  }
  return expected === actual;
}

function matchesRegex(pattern: string, text: string): boolean {
  try {
    return runInNewContext('new RegExp(pattern, "s").test(text)', { pattern, text }, { timeout: REGEX_MILLIS }) === true;
  } catch {
    return false;
  }
}

function matchesText(expected: unknown, text: string): boolean {
  try {
    return matches(expected, JSON.parse(text));
  } catch {
    return false;
  }
}
