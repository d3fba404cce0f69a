import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { CallContext } from '#application/context';
import { routes } from '#contracts/http/routes';

import { setUpShop } from '../shop.ts';
import { SimulatedSystem } from '../simulated-system.ts';

describe('validations at the same time', { timeout: 60_000 }, () => {
  let system: SimulatedSystem;
  beforeEach(async () => {
    system = await SimulatedSystem.open();
    await setUpShop(system);
    await system.heartbeat();
  });
  afterEach(async () => await system.close());

  it('get their own answers, also within one trace, which the callers choose', async () => {
    system.answering = (command) => (command.desired.new?.release === '1.1.0' ? 'failed' : 'done');
    const caller = { tenant: 'default', keyId: 'key-ci', keyName: 'ci', role: 'viewer', target: null } as const;
    const context: CallContext = { ...system.engine.contextOf('default'), traceId: 'a'.repeat(32), caller, ifMatchVersion: undefined };
    const validate = async (release: string) => {
      const body = routes.validateDeployment.body.parse({ application: 'shop', release, environment: 'production' });
      return (await system.engine.handlers.operations.validateDeployment(context, { params: {}, query: {}, body })).body.passed;
    };
    const progress = { answered: false };
    const answers = Promise.all(['1.0.0', '1.1.0', '1.2.0'].map(validate)).finally(() => { progress.answered = true; });
    // The use case may be between two of its steps when everything else rests.
    while (!progress.answered) await system.settle();
    expect(await answers).toEqual([true, false, true]);
    expect(system.done.map((command) => command.desired.new?.release).toSorted()).toEqual(['1.0.0', '1.1.0', '1.2.0']);
  });
});
