import { beforeEach, describe, expect, it } from 'vitest';

import { describedOnce } from '#aws/described-once';
import type { ExecutionStatus, Workflow } from '#ports/workflow';

let asked: string[];
let statuses: Map<string, ExecutionStatus>;
let workflow: Workflow;
const unused = async (): Promise<never> => await Promise.reject(new Error('not asked for'));

beforeEach(() => {
  asked = [];
  statuses = new Map();
  workflow = describedOnce({
    describe: async (tenant, name) => {
      asked.push(`${tenant} ${name}`);
      const status = statuses.get(`${tenant} ${name}`);
      return status === undefined ? undefined : { status };
    },
    start: async ({ tenant, name }) => {
      statuses.set(`${tenant} ${name}`, 'RUNNING');
      return { started: true };
    },
    succeed: unused, fail: unused, park: unused, parked: async () => [], unpark: unused,
  });
});

describe('how an execution stands', () => {
  it('is asked once, for each tenant by itself', async () => {
    statuses.set('acme dep_1', 'RUNNING').set('globex dep_1', 'FAILED');
    for (let count = 0; count < 3; count += 1) expect([await workflow.describe('acme', 'dep_1'), await workflow.describe('globex', 'dep_1')]).toEqual([{ status: 'RUNNING' }, { status: 'FAILED' }]);
    expect(asked).toEqual(['acme dep_1', 'globex dep_1']);
  });

  it('is asked again where there was none, and after a start', async () => {
    expect(await workflow.describe('acme', 'dep_1')).toBeUndefined();
    await workflow.start({ tenant: 'acme', machine: 'canary', name: 'dep_1', input: { tenant: 'acme', deployment: 'dep_1' } });
    expect(await workflow.describe('acme', 'dep_1')).toEqual({ status: 'RUNNING' });
    statuses.set('acme dep_1', 'FAILED');
    expect(await workflow.describe('acme', 'dep_1')).toEqual({ status: 'RUNNING' });
    await workflow.start({ tenant: 'acme', machine: 'canary', name: 'dep_1', input: { tenant: 'acme', deployment: 'dep_1' } });
    statuses.set('acme dep_1', 'ABORTED');
    expect(await workflow.describe('acme', 'dep_1')).toEqual({ status: 'ABORTED' });
    expect(asked).toHaveLength(3);
  });

  it('leaves all else to the workflow behind it', async () => {
    expect(await workflow.parked('acme', 'dep_1')).toEqual([]);
    await expect(workflow.succeed('token', {})).rejects.toThrow('not asked for');
  });
});
