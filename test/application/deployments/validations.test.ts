import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { CallContext } from '#application/context';
import { validationBound } from '#contracts/bounds';
import { routes } from '#contracts/http/routes';
import { expectFailure } from '#test/contracts/subject';

import { setUpShop } from '../shop.ts';
import { SimulatedSystem } from '../simulated-system.ts';

let system: SimulatedSystem;
beforeEach(async () => {
  system = await SimulatedSystem.open();
  await setUpShop(system);
  await system.heartbeat();
});
afterEach(async () => await system.close());

const contextOf = (): CallContext => ({
  ...system.engine.contextOf('default'), traceId: 'a'.repeat(32), caller: { tenant: 'default', keyId: 'key-ci', keyName: 'ci', role: 'viewer', target: null }, ifMatchVersion: undefined,
});
const validate = async (release: string) => {
  const body = routes.validateDeployment.body.parse({ application: 'shop', release, environment: 'production' });
  return (await system.engine.handlers.operations.validateDeployment(contextOf(), { params: {}, query: {}, body })).body;
};

/** Waits for all of them, while time passes; a use case may be between two of its steps when everything else rests. */
async function all<Answer>(asked: readonly Promise<Answer>[]): Promise<readonly Answer[]> {
  const progress = { answered: false };
  const answers = Promise.all(asked).finally(() => { progress.answered = true; });
  while (!progress.answered) {
    await system.settle();
    system.time.advance(0.1);
  }
  return await answers;
}

describe('validations at the same time', { timeout: 60_000 }, () => {
  it('get their own answers, also within one trace, which the callers choose', async () => {
    system.answering = (command) => (command.desired.new?.release === '1.1.0' ? 'failed' : 'done');
    expect((await all(['1.0.0', '1.1.0', '1.2.0'].map(validate))).map(({ passed }) => passed)).toEqual([true, false, true]);
    expect(system.done.map((command) => command.desired.new?.release).toSorted()).toEqual(['1.0.0', '1.1.0', '1.2.0']);
  });

  it('of one tenant are so many and no more: who comes too many is told the rule, its value and when to come again', async () => {
    system.answering = () => 'silent';
    const waiting = Array.from({ length: validationBound.most }, async () => await validate('1.0.0'));
    const { detail } = await expectFailure(validate('1.0.0'), 'rate-limited');
    expect(detail).toEqual({ detail: 'this tenant may have 4 validations under way at once; try again in 15 s', context: { rule: 'validationsAtOnce', most: 4 }, retryAfterSeconds: 15 });
    expect((await all(waiting)).map(({ passed }) => passed)).toEqual([false, false, false, false]);
    system.answering = () => 'done';
    expect((await all([validate('1.0.0')])).map(({ passed }) => passed)).toEqual([true]);
  });

  it('that end with a failure make room as well', async () => {
    const failures: string[] = [];
    for (let count = 0; count <= validationBound.most; count += 1) failures.push((await expectFailure(validate('9.9.9'), 'unknown-reference')).code);
    expect(failures).toHaveLength(validationBound.most + 1);
  });
});

describe('a validation', () => {
  it('names the freeze that begins next', async () => {
    const [startsAt, endsAt] = [system.time.in(3600), system.time.in(7200)];
    const environment = await system.call('getEnvironment', { params: { name: 'production' } });
    const { version: _version, updatedAt: _updatedAt, ...body } = environment;
    await system.call('putEnvironment', { params: { name: 'production' }, body: { ...body, spec: { ...body.spec, freezes: [{ name: 'year-end', startsAt, endsAt }] } } });
    const [answer] = await all([validate('1.0.0')]);
    expect(answer?.checks.find(({ check }) => check === 'freeze')).toEqual({ check: 'freeze', outcome: 'passed', reason: `no freeze holds the environment; the next one, year-end, begins at ${startsAt}` });
  });
});
