import type { CloudFormationCustomResourceEvent } from 'aws-lambda';

import { logger } from './logger.ts';

/** CloudFormation waits for an hour for an answer that does not come, so sending it is tried this often, after 1, 2 and 4 s. */
const ATTEMPTS = 4;

/** Tells CloudFormation how a custom resource's function ended, by the address that came with the request. */
export function answeringStack(act: (event: CloudFormationCustomResourceEvent) => Promise<void | { readonly physicalId: string; readonly data?: { readonly [name: string]: string } }>) {
  return async (event: CloudFormationCustomResourceEvent): Promise<void> => {
    const former = 'PhysicalResourceId' in event ? event.PhysicalResourceId : undefined;
    try {
      const made = await act(event);
      await answer(event, { Status: 'SUCCESS', PhysicalResourceId: made?.physicalId ?? former ?? event.LogicalResourceId, Data: made?.data ?? {} });
    } catch (error) {
      logger.error('the custom resource failed', { error });
      await answer(event, { Status: 'FAILED', Reason: error instanceof Error ? error.message : String(error), PhysicalResourceId: former ?? event.LogicalResourceId });
    }
  };
}

async function answer({ ResponseURL, StackId, RequestId, LogicalResourceId }: CloudFormationCustomResourceEvent, more: { readonly [name: string]: unknown }): Promise<void> {
  const body = JSON.stringify({ StackId, RequestId, LogicalResourceId, ...more });
  for (let attempt = 1; ; attempt += 1) {
    const response = await fetch(ResponseURL, { method: 'PUT', body, headers: { 'content-type': '' }, signal: AbortSignal.timeout(5000) }).catch((error: unknown) => error);
    if (response instanceof Response && response.ok) return;
    if (attempt >= ATTEMPTS) throw new Error('CloudFormation did not take the answer', { cause: response });
    await new Promise((resolve) => { setTimeout(resolve, 1000 * 2 ** (attempt - 1)); });
  }
}
