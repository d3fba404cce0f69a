import { describe } from 'vitest';

/** Whether there is an AWS beside DynamoDB to talk to; Amazon's own DynamoDB Local has no other service. */
const hasServices = process.env['AWS_ENDPOINT_URL'] !== undefined;

/** Declares suites that need more than DynamoDB. Without it they are listed as left out, but in CI they are run, and fail. */
export function withServices(declare: () => void): void {
  if (hasServices || process.env['CI'] !== undefined) declare();
  else describe.skip('suites of other services than DynamoDB need the emulator: test/bed/aws run', () => {});
}

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
