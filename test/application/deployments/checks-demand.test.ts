import { describe, expect, it } from 'vitest';

import { demandOn } from '#application/deployments/checks-demand';
import type { ResourceAmounts } from '#contracts/adapter';
import type { StrategyChoice } from '#domain/resources/strategy';
import { changed, mailer, planOf, sideOf, web } from '#test/domain/planning/planned';
import type { TestComponent } from '#test/domain/planning/planned';

type Needing = TestComponent & { readonly resources?: Partial<ResourceAmounts> };

const needing = (component: TestComponent, memoryMebibytes: number, cpuMillis = 0): Needing => ({ ...component, resources: { memoryMebibytes, ...(cpuMillis > 0 ? { cpuMillis } : {}) } });
const four = needing({ ...web, replicas: 4 }, 100);

/** The demand on edge-1 where `before` serves; nothing where it is left out. */
function demand(strategy: StrategyChoice, next: readonly Needing[], before?: readonly Needing[]): ResourceAmounts {
  const plan = planOf({ strategy, next, stable: before === undefined ? {} : { 'edge-1': before } });
  const [target] = plan.targets;
  if (target === undefined) throw new Error('the plan has no target');
  return demandOn(plan, target, { new: sideOf('2.0.0', next), stable: before === undefined ? undefined : sideOf('1.0.0', before) });
}

describe('what a plan asks of a target at the most', () => {
  it('is the new side alone at a first deployment', () => {
    expect(demand({ type: 'canary' }, [needing(web, 100, 250), needing(mailer, 50)])).toEqual({ memoryMebibytes: 250, cpuMillis: 500 });
  });

  it('is a batch beside the old side when rolling, and no more than the old side where that makes room first', () => {
    expect(demand({ type: 'rolling', batchSize: 1 }, changed([four]), [four]).memoryMebibytes).toBe(500);
    expect(demand({ type: 'rolling', batchSize: 2 }, changed([four]), [four]).memoryMebibytes).toBe(600);
    expect(demand({ type: 'rolling', batchSize: 1, maxUnavailable: 1 }, changed([four]), [four]).memoryMebibytes).toBe(400);
  });

  it('is both sides whole for a canary, as it takes all traffic, and for blue-green', () => {
    expect(demand({ type: 'canary', steps: [{ weightPercent: 25 }] }, changed([four]), [four]).memoryMebibytes).toBe(800);
    expect(demand({ type: 'blue-green' }, changed([four]), [four]).memoryMebibytes).toBe(800);
  });

  it('is the larger of both sides for recreate', () => {
    expect(demand({ type: 'recreate' }, changed([needing(web, 300)]), [needing(web, 100)]).memoryMebibytes).toBe(600);
    expect(demand({ type: 'recreate' }, changed([needing(web, 100)]), [needing(web, 300)]).memoryMebibytes).toBe(600);
  });

  it('holds what is left alone and what is removed, each for as long as it runs', () => {
    const mail = needing(mailer, 50);
    expect(demand({ type: 'rolling', batchSize: 1 }, [...changed([four]), mail], [four, mail]).memoryMebibytes).toBe(550);
    expect(demand({ type: 'rolling', batchSize: 1 }, changed([four]), [four, mail]).memoryMebibytes).toBe(550);
    expect(demand({ type: 'recreate' }, [mail], [four, mail]).memoryMebibytes).toBe(450);
  });

  it('is nothing where nothing says what it needs', () => {
    expect(demand({ type: 'canary' }, changed([web]), [web])).toEqual({ memoryMebibytes: 0, cpuMillis: 0 });
  });

  it('is each target\'s own: where nothing serves there is no old side', () => {
    const plan = planOf({ strategy: { type: 'blue-green' }, next: changed([four]), waves: [['edge-1', 'edge-2']], stable: { 'edge-1': [four] } });
    const sides = { 'edge-1': sideOf('1.0.0', [four]), 'edge-2': undefined };
    const found = plan.targets.map((target) => demandOn(plan, target, { new: sideOf('2.0.0', changed([four])), stable: target.name === 'edge-1' ? sides['edge-1'] : sides['edge-2'] }).memoryMebibytes);
    expect(found).toEqual([800, 400]);
  });
});
