import { isJsonObject } from '../json.ts';

/**
 * Tells whether a value is what a recording expects: objects with the same keys, arrays of the same length, numbers by
 * value; `{"$any": …}` stands for any value, `{"$regex": "…"}` for a text that matches, `{"$json": X}` for a text that is JSON like X.
 */
export function matches(expected: unknown, actual: unknown): boolean {
  if (isJsonObject(expected)) {
    if ('$any' in expected) return actual !== undefined;
    if (typeof expected.$regex === 'string') return typeof actual === 'string' && new RegExp(expected.$regex, 's').test(actual);
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

function matchesText(expected: unknown, text: string): boolean {
  try {
    return matches(expected, JSON.parse(text));
  } catch {
    return false;
  }
}
