/**
 * How often a call is tried, and how long each try may take. The SDK pauses between tries for at most 1, 2, 4 … s where a service throttles, and for
 * 50, 100, 200 … ms else, both with full jitter; without `throwOnRequestTimeout` it would only warn of a try that takes too long.
 */
export function boundedCalls(maxAttempts: number, requestTimeout: number) {
  return { maxAttempts, requestHandler: { connectionTimeout: 1000, requestTimeout, throwOnRequestTimeout: true } };
}

/** Most services: at most 3 × 5 s + 1 + 2 s = 18 s, within the 29 s of a request. */
export const SERVICE_CALLS = boundedCalls(3, 5000);

/** Makes something at its first use and keeps it: one client per process, and none for what a function does not use. */
export function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => (made ??= { value: make() }).value;
}
