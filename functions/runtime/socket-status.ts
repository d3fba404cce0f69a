import { Failure, errors } from '#contracts/errors';

/** What the gateway is to answer to somebody who opens a connection: 200, or the status of the failure. What is no failure is thrown. */
export async function statusOf(opening: Promise<void>): Promise<number> {
  try {
    await opening;
    return 200;
  } catch (error) {
    if (error instanceof Failure) return errors[error.code].status;
    throw error;
  }
}
