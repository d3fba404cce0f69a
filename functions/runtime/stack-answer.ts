import { setTimeout as pauseFor } from 'node:timers/promises';

import type { CloudFormationCustomResourceEvent } from 'aws-lambda';

import { logger } from './logger.ts';

/** CloudFormation waits for an hour for an answer that does not come, so sending it is tried this often, with 5 s for each and pauses of 1, 2 and 4 s: 27 s. */
const ATTEMPTS = 4;

/** What was made: its id, and attributes that templates may read, so never a secret. */
type Made = { readonly physicalId: string; readonly data?: { readonly [name: string]: string } };

/** Tells CloudFormation how a custom resource's function ended, by the address that came with the request. `pause` lets milliseconds pass. */
export function answeringStack(act: (event: CloudFormationCustomResourceEvent) => Promise<void | Made>, pause: (milliseconds: number) => Promise<unknown> = pauseFor) {
  return async (event: CloudFormationCustomResourceEvent): Promise<void> => {
    const former = 'PhysicalResourceId' in event ? event.PhysicalResourceId : event.LogicalResourceId;
    const outcome = await act(event).then((made) => ({ Status: 'SUCCESS', PhysicalResourceId: made?.physicalId ?? former, Data: made?.data ?? {} }), (error: unknown) => {
      logger.error('the custom resource failed', { error });
      return { Status: 'FAILED', Reason: error instanceof Error ? error.message : String(error), PhysicalResourceId: former };
    });
    const { ResponseURL, StackId, RequestId, LogicalResourceId } = event;
    await send(ResponseURL, JSON.stringify({ StackId, RequestId, LogicalResourceId, ...outcome }), pause);
  };
}

async function send(url: string, body: string, pause: (milliseconds: number) => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const response = await fetch(url, { method: 'PUT', body, headers: { 'content-type': '' }, signal: AbortSignal.timeout(5000) }).catch((error: unknown) => error);
    if (response instanceof Response && response.ok) return;
    if (attempt >= ATTEMPTS) throw new Error('CloudFormation did not take the answer', { cause: response });
    await pause(1000 * 2 ** (attempt - 1));
  }
}
