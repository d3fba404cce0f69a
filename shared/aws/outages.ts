import { isServerError, isThrottlingError, isTransientError } from '@smithy/core/retry';

import { Failure } from '#contracts/errors';

/** What this needs of an SDK's client: the outermost step of its calls, around its own retries. */
type Client = { readonly middlewareStack: { add(middleware: (next: (call: never) => Promise<unknown>) => (call: never) => Promise<unknown>, options: { readonly step: 'initialize'; readonly name: string }): void } };

/**
 * Lets a client tell an outage of its service (it throttles, fails or does not answer, though the call was tried again) as what it is for our
 * callers: the failure `unavailable`, which may be repeated. All other errors stay as they are.
 */
export function tellingOutages<Made extends Client>(client: Made): Made {
  client.middlewareStack.add((next) => async (call) => {
    try {
      return await next(call);
    } catch (error) {
      throw isOutage(error) ? new Failure('unavailable', { detail: 'A service that this stands on does not answer now.', retryAfterSeconds: 1, cause: error }) : error;
    }
  }, { step: 'initialize', name: 'tellingOutages' });
  return client;
}

function isOutage(error: unknown): boolean {
  return isError(error) && (isThrottlingError(error) || isTransientError(error) || isServerError(error));
}

/** The SDK judges any error; what it knows nothing of is none of its own. */
function isError(error: unknown): error is Parameters<typeof isServerError>[0] {
  return error instanceof Error;
}
