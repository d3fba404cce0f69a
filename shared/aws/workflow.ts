import { createHash } from 'node:crypto';

import * as z from 'zod';

import type { MachineName } from '#contracts/functions';
import type { Clock } from '#ports/clock';
import type { ExecutionStatus, ParkedToken, WaitKey, Workflow } from '#ports/workflow';

import type { Place, Table } from './table.ts';

/** What the service behind it does. `gone` is a token that nobody waits for any more. */
export interface Executions {
  /** Starts an execution; answers whether it did, or may have: false when there was one of that name. */
  start(machineArn: string, name: string, input: string): Promise<boolean>;
  /** How an execution stands; `undefined` when there is none. */
  statusOf(executionArn: string): Promise<string | undefined>;
  succeed(token: string, output: string): Promise<'accepted' | 'gone'>;
  fail(token: string, failure: { readonly error: string; readonly cause: string }): Promise<'accepted' | 'gone'>;
}

/** What the workflow is made of: the machines by their ARNs. */
export type StepFunctionsOptions = { readonly executions: Executions; readonly machines: { readonly [Name in MachineName]: string }; readonly state: Table; readonly clock: Clock };

const begun = z.object({ arn: z.string() });
const parkedItem = z.object({ wait: z.string(), token: z.string(), parkedAt: z.string() });
const executionStatus = z.enum(['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED']);

/** The state machines on Step Functions. Which machine an execution's name belongs to, and the parked tokens, are items. */
export class StepFunctionsWorkflow implements Workflow {
  readonly #options: StepFunctionsOptions;

  constructor(options: StepFunctionsOptions) {
    this.#options = options;
  }

  async start(execution: Parameters<Workflow['start']>[0]): Promise<{ readonly started: boolean }> {
    const { tenant, machine, name, input } = execution;
    const { executions, machines, state } = this.#options;
    const machineArn = machines[machine];
    const started = await executions.start(machineArn, executionName(tenant, name), JSON.stringify(input));
    // Written after the start: who finds no item starts again, and the same name is never started twice.
    await state.put({ ...executionPlace(tenant, name), arn: executionArn(machineArn, executionName(tenant, name)) });
    return { started };
  }

  async succeed(token: string, output: unknown): Promise<'accepted' | 'gone'> {
    return await this.#options.executions.succeed(token, JSON.stringify(output ?? null));
  }

  async fail(token: string, failure: { readonly error: string; readonly cause: string }): Promise<'accepted' | 'gone'> {
    // Both have limits of Step Functions: 256 and 32,768 characters.
    return await this.#options.executions.fail(token, { error: failure.error.slice(0, 256), cause: failure.cause.slice(0, 32_768) });
  }

  async describe(tenant: string, name: string): Promise<{ readonly status: ExecutionStatus } | undefined> {
    const found = await this.#options.state.get(executionPlace(tenant, name));
    const status = found === undefined ? undefined : await this.#options.executions.statusOf(begun.parse(found).arn);
    // An execution that waits for a redrive has failed.
    return status === undefined ? undefined : { status: executionStatus.catch('FAILED').parse(status) };
  }

  async park({ tenant, deployment, wait }: WaitKey, token: string): Promise<void> {
    await this.#options.state.update(tokenPlace({ tenant, deployment, wait }, token), {
      expression: 'SET #wait = :wait, #token = :token, parkedAt = if_not_exists(parkedAt, :at)',
      names: { '#wait': 'wait', '#token': 'token' }, values: { ':wait': wait, ':token': token, ':at': new Date(this.#options.clock.now()).toISOString() },
    });
  }

  async parked(tenant: string, deployment: string): Promise<readonly ParkedToken[]> {
    const items = await this.#options.state.query(tokenPartition({ tenant, deployment }));
    return items.map((item) => ({ tenant, deployment, ...parkedItem.parse(item) }));
  }

  async unpark(wait: WaitKey, token: string): Promise<void> {
    await this.#options.state.remove(tokenPlace(wait, token));
  }
}

/** Unique over tenants, and at most 80 characters of those that a name may have: a deployment's id has 30, what follows it at most 33. */
function executionName(tenant: string, name: string): string {
  return `${createHash('sha256').update(tenant).digest('hex').slice(0, 12)}-${name.replaceAll(/[^A-Za-z0-9_-]/g, '_')}`.slice(0, 80);
}

/** `arn:aws:states:REGION:ACCOUNT:stateMachine:NAME` becomes `…:execution:NAME:EXECUTION`. */
function executionArn(machineArn: string, name: string): string {
  return `${machineArn.replace(':stateMachine:', ':execution:')}:${name}`;
}

function executionPlace(tenant: string, name: string): Place {
  return { pk: `${tenant}#execution`, sk: name };
}

function tokenPartition({ tenant, deployment }: Omit<WaitKey, 'wait'>): string {
  return `${tenant}#token#${deployment}`;
}

/** A token may be longer than a key of an item, so it is named by its digest. */
function tokenPlace(wait: WaitKey, token: string): Place {
  return { pk: tokenPartition(wait), sk: `${wait.wait}#${createHash('sha256').update(token).digest('hex')}` };
}
