/**
 * Whether only DynamoDB is there: Amazon's own DynamoDB Local has no other service. Suites that need more are then listed as left out; in CI they are
 * run, and fail.
 */
export const hasOnlyDynamodb = process.env['AWS_ENDPOINT_URL'] === undefined && process.env['CI'] === undefined;

/** Really waits: the services have a clock of their own. */
export async function wait(milliseconds: number): Promise<void> {
  await new Promise((resolve) => { setTimeout(resolve, milliseconds); });
}

/** Asks again and again whether something holds. @throws when it does not within half a minute */
export async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  const end = Date.now() + 30_000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error('it has not come true within 30 s');
    await wait(50);
  }
}
