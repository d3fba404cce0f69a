import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { OperationHandlers } from '#application/handlers';
import { Failure, problem } from '#contracts/errors';
import { routes } from '#contracts/http/routes';
import { deploymentId } from '#domain/deployment/events';

import { makeKey, OTHER_TENANT, Served, TENANT } from './served.ts';

const body = routes.requestDeployment.examples.body;
const id = routes.requestDeployment.examples.response.id;

describe('an idempotency key', () => {
  let served: Served;
  let calls: number;
  let behaviour: () => Promise<void>;
  let named: string[];
  beforeEach(async () => {
    calls = 0;
    named = [];
    behaviour = async () => undefined;
    const requestDeployment: OperationHandlers['requestDeployment'] = async ({ ports }) => {
      calls += 1;
      const version = calls;
      named.push(ports.ids.deployment(ports.clock.now()));
      await behaviour();
      return { body: { id, state: 'Requested', version } };
    };
    const createKey: OperationHandlers['createKey'] = async () => {
      calls += 1;
      return { body: { ...routes.createKey.examples.response, key: `slk_${calls}` } };
    };
    served = await Served.open({ operations: { requestDeployment, createKey } });
  });
  afterEach(async () => await served.close());

  const deploy = async (key: string, idempotencyKey?: string, given: unknown = body) =>
    await served.request('POST', '/v1/deployments', { key, body: given, headers: idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey } });
  const codeOf = async (response: Response) => problem.parse(await response.json()).code;

  it('makes a repetition get the first answer, and says so', async () => {
    const [first, second] = [await deploy(served.keys.admin, 'once'), await deploy(served.keys.deployer, 'once')];
    expect([first.status, second.status]).toEqual([202, 202]);
    expect(await second.json()).toEqual(await first.json());
    expect([first.headers.get('idempotency-replayed'), second.headers.get('idempotency-replayed')]).toEqual([null, 'true']);
    expect(second.headers.get('x-trace-id')).not.toBe(first.headers.get('x-trace-id'));
    expect(calls).toBe(1);
  });

  it('is not needed: without one every request counts', async () => {
    await deploy(served.keys.admin);
    await deploy(served.keys.admin);
    expect(calls).toBe(2);
  });

  it('gives a deployment the same id again after a failure, and another under another key', async () => {
    behaviour = async () => await Promise.reject(new Failure('unavailable', 'not now'));
    await deploy(served.keys.admin, 'once');
    await deploy(served.keys.admin, 'once');
    behaviour = async () => undefined;
    await deploy(served.keys.admin, 'once');
    await deploy(served.keys.admin, 'twice');
    expect([named[1], named[2]]).toEqual([named[0], named[0]]);
    expect(new Set(named).size).toBe(2);
    expect(named.every((one) => deploymentId.safeParse(one).success)).toBe(true);
  });

  it('belongs to its tenant', async () => {
    const foreign = await makeKey(served.ports, { tenant: OTHER_TENANT, role: 'admin' });
    await deploy(served.keys.admin, 'once');
    expect((await deploy(foreign, 'once')).headers.get('idempotency-replayed')).toBeNull();
    expect(calls).toBe(2);
  });

  it('belongs to its route and request: with another body it is refused', async () => {
    await deploy(served.keys.admin, 'once');
    const other = await deploy(served.keys.admin, 'once', { ...body, release: '1.4.3' });
    expect([other.status, await codeOf(other)]).toEqual([422, 'idempotency-mismatch']);
    const elsewhere = await served.request('POST', `/v1/deployments/${id}/retry`, { key: served.keys.admin, body: {}, headers: { 'idempotency-key': 'once' } });
    expect(elsewhere.status).toBe(202);
  });

  it('of a request that still runs is refused for now', async () => {
    let finish: () => void = () => undefined;
    let begun: () => void = () => undefined;
    const began = new Promise<void>((resolve) => { begun = resolve; });
    behaviour = async () => await new Promise<void>((resolve) => {
      finish = resolve;
      begun();
    });
    const running = deploy(served.keys.admin, 'once');
    await began;
    const refused = await deploy(served.keys.admin, 'once');
    expect([refused.status, refused.headers.get('retry-after'), await codeOf(refused)]).toEqual([409, '1', 'idempotency-in-flight']);
    finish();
    expect((await running).status).toBe(202);
  });

  it('is free again after a failure, which changed nothing', async () => {
    behaviour = async () => await Promise.reject(new Failure('freeze-active', 'frozen until Monday'));
    expect((await deploy(served.keys.admin, 'once')).status).toBe(409);
    behaviour = async () => undefined;
    expect((await deploy(served.keys.admin, 'once')).status).toBe(202);
    expect(calls).toBe(2);
  });

  it('is bounded in length and characters', async () => {
    for (const given of ['x'.repeat(256), 'with space']) {
      const refused = await deploy(served.keys.admin, given);
      expect(problem.parse(await refused.json()).errors?.[0]?.field).toBe('header.idempotency-key');
    }
    expect(calls).toBe(0);
  });

  it('repeats an answer that holds a secret only to the key that asked', async () => {
    const create = async (key: string) => await served.request('POST', '/v1/keys', { key, body: routes.createKey.examples.body, headers: { 'idempotency-key': 'once' } });
    const other = await makeKey(served.ports, { tenant: TENANT, role: 'admin' });
    const values = [await create(served.keys.admin), await create(served.keys.admin), await create(other)].map(async (response) => routes.createKey.response.parse(await response.json()).key);
    expect(await Promise.all(values)).toEqual(['slk_1', 'slk_1', 'slk_2']);
  });
});
