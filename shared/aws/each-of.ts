/** What is under way at once: SDK clients keep at most 50 connections to a host, and functions that do this have other calls beside them. */
export const AT_ONCE = 20;

/** Does something for each, some at a time, begun in their order; the first failure is told when all were tried. */
export async function eachOf<Value>(values: readonly Value[], act: (value: Value) => Promise<void>, atOnce = AT_ONCE): Promise<void> {
  const left = values.values();
  const failures: unknown[] = [];
  const worker = async () => {
    for (const value of left) await act(value).catch((error: unknown) => failures.push(error));
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, values.length) }, worker));
  if (failures.length > 0) throw failures[0];
}
