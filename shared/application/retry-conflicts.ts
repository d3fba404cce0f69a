import { Failure } from '#contracts/errors';

/** Each round one writer of a stream wins, so that ten rounds serve ten at the same moment: more than there are of people and their scripts. */
const MAXIMUM_ROUNDS = 10;

/**
 * Does work that reads a stream, decides and appends; does it again when somebody else appended in between. The work reads anew each time.
 * @throws Failure `version-conflict` when others won ten times; whatever else the work throws, at once
 */
export async function retryConflicts<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let round = 1; ; round += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== 'version-conflict' || round >= MAXIMUM_ROUNDS) throw error;
    }
  }
}
