import { DeleteFunctionConcurrencyCommand, LambdaClient, PutFunctionConcurrencyCommand, ResourceNotFoundException } from '@aws-sdk/client-lambda';

import { Failure } from '#contracts/errors';
import { functionTable } from '#contracts/function-table';
import type { FunctionDescription } from '#contracts/function-table';

/** How a control plane's functions are reached. */
export type PauseClient = Pick<LambdaClient, 'send'>;

/** The names of the functions that were found. */
export type FoundFunctions = readonly string[];

/**
 * Lets none of the functions of a control plane be called: each gets a concurrency of 0. Whoever calls asks again later: the bus for hours, the
 * schedules each time, the stream of events for as long as it keeps them, the state machines for as long as their retries last. May be done again.
 * @throws Failure `not-found` when there is no function of that installation
 */
export async function pause(client: PauseClient, installation: string): Promise<FoundFunctions> {
  return await eachFunction(installation, async (FunctionName) => await client.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 0 })));
}

/**
 * Lets them be called again. What was reserved by the setting `apiConcurrency` is reserved again when that is told: so many calls for `api`, and what the table says for the others.
 * @throws as `pause`
 */
export async function resume(client: PauseClient, installation: string, apiConcurrency?: number): Promise<FoundFunctions> {
  return await eachFunction(installation, async (FunctionName, name, { atOnce }) => {
    const reserved = apiConcurrency === undefined ? undefined : name === 'api' ? apiConcurrency : atOnce;
    await (reserved === undefined ? client.send(new DeleteFunctionConcurrencyCommand({ FunctionName })) : client.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: reserved })));
  });
}

/** One after the other: Lambda takes 15 such changes a second. Source: Lambda's quotas, "each of the remaining control plane API requests". */
async function eachFunction(installation: string, change: (functionName: string, name: string, described: FunctionDescription) => Promise<unknown>): Promise<FoundFunctions> {
  const found: string[] = [];
  for (const [name, described] of Object.entries<FunctionDescription>(functionTable)) {
    try {
      await change(`${installation}-${name}`, name, described);
      found.push(`${installation}-${name}`);
    } catch (error) {
      // Not every installation has every function: none gives tenants throttles on an emulator.
      if (!(error instanceof ResourceNotFoundException)) throw error;
    }
  }
  if (found.length === 0) throw new Failure('not-found', `There is no function ${installation}-… in this region and account.`);
  return found;
}

/** Does something with a client of its own; region and credentials come from the environment. */
export async function withLambda<Answer>(act: (client: PauseClient) => Promise<Answer>): Promise<Answer> {
  const client = new LambdaClient({ maxAttempts: 5, requestHandler: { connectionTimeout: 1000, requestTimeout: 10_000, throwOnRequestTimeout: true } });
  try {
    return await act(client);
  } finally {
    client.destroy();
  }
}
