import type { Chance } from '../application/crash/chance.ts';
import { between, chanceOf, oneOf } from './dice.ts';
import type { FaultName, Rates } from './faults.ts';
import { makeTenants, releases } from './make-documents.ts';
import { makeStrategy } from './make-strategy.ts';
import type { Accident, Act, Happening, Operation, Plan, Request, Size, TenantPlan } from './plan.ts';

const SECONDS_PER_HOUR = 3600;

/** Everything that is to happen, from a seed alone. */
export function makePlan(seed: number, size: Size): Plan {
  const chance = chanceOf(seed, 'plan');
  const calmAfterSeconds = Math.max(60, Math.round(size.hours * SECONDS_PER_HOUR));
  const tenants = makeTenants(chance);
  const operations = makeOperations(chance, { tenants, deployments: size.deployments, calmAfterSeconds });
  return { seed, tenants, dawn: makeDawn(chance, tenants), operations, accidents: makeAccidents(chance, { tenants, operations, calmAfterSeconds }), rates: makeRates(chance), calmAfterSeconds };
}

/** What serves when the story begins, for most: a first deployment goes straight to all traffic, so that only the second shows its strategy. */
function makeDawn(chance: Chance, tenants: readonly TenantPlan[]): readonly Operation[] {
  const wanted = tenants.flatMap(({ name }) => (chance.percent(80) ? [{ tenant: name, application: chance.percent(75) ? 'shop' : 'blog' }] : []));
  return wanted.map(({ tenant, application }, index) => ({ id: `d${index}`, atSeconds: 0, tenant, act: { kind: 'deploy', request: { application, release: '1.0.0', environment: 'production', priority: 'normal', ifRunning: 'queue' } } }));
}

type Frame = { readonly tenants: readonly TenantPlan[]; readonly deployments: number; readonly calmAfterSeconds: number };

/** How long before faults stop the last request comes at the latest, as a share of the whole. */
const BUSY_SHARE = 0.85;

/** How many other acts there are for each deployment. */
const ACTS_PER_DEPLOYMENT = 3;

function makeOperations(chance: Chance, { tenants, deployments, calmAfterSeconds }: Frame): readonly Operation[] {
  const busySeconds = Math.floor(calmAfterSeconds * BUSY_SHARE);
  const operations: Operation[] = [];
  for (let index = 0; index < deployments; index += 1) {
    const tenant = oneOf(chance, tenants).name;
    const deploy: Operation = { id: `o${operations.length}`, atSeconds: chance.below(busySeconds), tenant, act: { kind: 'deploy', request: makeRequest(chance) } };
    operations.push(deploy);
    for (let count = chance.below(2 * ACTS_PER_DEPLOYMENT + 1); count > 0; count -= 1) {
      const act = makeAct(chance, { operations, deploy, tenants });
      operations.push(act);
      // Only what goes back can be abandoned, and that does not last long.
      if (act.act.kind === 'abort' && chance.percent(ABANDONED_PERCENT)) operations.push({ ...act, id: `o${operations.length}`, atSeconds: act.atSeconds + 1 + chance.below(4), act: { kind: 'abandon', of: deploy.id } });
    }
  }
  return operations.map((one) => ({ ...one, atSeconds: Math.min(one.atSeconds, calmAfterSeconds - 1) })).toSorted((one, other) => one.atSeconds - other.atSeconds);
}

function makeRequest(chance: Chance): Request {
  const application = chance.percent(70) ? 'shop' : 'blog';
  return {
    application, release: chance.percent(60) ? oneOf(chance, ['1.0.0', '1.1.0', '1.5.0']) : oneOf(chance, Object.keys(releases)), environment: chance.percent(80) ? 'production' : 'staging',
    ...(chance.percent(90) ? { strategy: makeStrategy(chance) } : {}),
    priority: chance.pick([['normal', 70], ['high', 15], ['low', 10], ['critical', 5]]), ifRunning: chance.pick([['queue', 65], ['supersede', 25], ['refuse', 10]]),
  };
}

/** How often an abort is followed by an abandonment. */
const ABANDONED_PERCENT = 30;

/** The longest after a request that somebody acts on it, and on its end. */
const LATEST_ACT_SECONDS = 120;
const LATEST_SEQUEL_SECONDS = 400;

function makeAct(chance: Chance, about: { readonly operations: readonly Operation[]; readonly deploy: Operation; readonly tenants: readonly TenantPlan[] }): Operation {
  const { deploy, operations } = about;
  const of = deploy.id;
  const environment = 'request' in deploy.act ? deploy.act.request.environment : 'production';
  const kind = chance.pick<Act['kind']>([['pause', 10], ['resume', 10], ['abort', 9], ['abandon', 4], ['approve', 12], ['deny', 3], ['promote', 12], ['retry', 9], ['rollback', 9], ['freeze', 5], ['unfreeze', 3], ['look', 5], ['list', 3], ['trespass', 6]]);
  const stranger = about.tenants.find((one) => one.name !== deploy.tenant)?.name ?? deploy.tenant;
  const latestSeconds = kind === 'retry' || kind === 'rollback' ? LATEST_SEQUEL_SECONDS : LATEST_ACT_SECONDS;
  return { id: `o${operations.length}`, atSeconds: deploy.atSeconds + 1 + chance.below(latestSeconds), tenant: kind === 'trespass' ? stranger : deploy.tenant, act: actOf(chance, kind, { of, environment }) };
}

function actOf(chance: Chance, kind: Act['kind'], { of, environment }: { readonly of: string; readonly environment: string }): Act {
  switch (kind) {
    case 'freeze': return { kind, environment, forSeconds: between(chance, 20, 90) };
    case 'unfreeze': return { kind, environment };
    case 'promote': return { kind, of, full: chance.percent(25) };
    case 'trespass': return { kind, of, how: oneOf(chance, ['read', 'abort', 'subscribe', 'events'] as const) };
    case 'list': case 'deploy': return { kind: 'list' };
    default: return { kind, of };
  }
}

function makeAccidents(chance: Chance, { tenants, operations, calmAfterSeconds }: Pick<Frame, 'tenants' | 'calmAfterSeconds'> & { readonly operations: readonly Operation[] }): readonly Accident[] {
  // Most accidents happen while something is going on: some time after somebody has asked for something.
  const moment = () => (operations.length > 0 && chance.percent(80) ? oneOf(chance, operations).atSeconds + chance.below(60) : chance.below(calmAfterSeconds));
  const count = between(chance, 2, 4 + Math.floor(operations.length / 3));
  return Array.from({ length: count }, (_, index) => ({ id: `a${index}`, atSeconds: Math.min(moment(), calmAfterSeconds - 1), happening: makeHappening(chance, tenants) }));
}

function makeHappening(chance: Chance, tenants: readonly TenantPlan[]): Happening {
  const where = { tenant: oneOf(chance, tenants).name, target: oneOf(chance, ['east', 'west']) };
  const kind = chance.pick<Happening['kind']>([['crash', 55], ['clock step', 10], ['agent crash', 15], ['agent away', 12], ['agent replaced', 8]]);
  switch (kind) {
    case 'crash': return { kind, writes: 1 + chance.below(30), moment: oneOf(chance, ['before', 'after'] as const), awaySeconds: chance.pick([[0, 40], [3, 30], [20, 20], [90, 10]]) };
    case 'clock step': return { kind, seconds: chance.pick([[-60, 1], [-3, 3], [5, 2], [45, 2], [600, 1]]) };
    case 'agent crash': return { kind, ...where, awaySeconds: chance.below(10) };
    case 'agent away': return { kind, ...where, awaySeconds: between(chance, 10, 150) };
    case 'agent replaced': return { kind, ...where };
  }
}

/** The rates of a wild world; a calmer one has a share of them, and each world leaves some kinds out. */
const WILDEST: Rates = {
  'done twice': 10, 'done side by side': 10, 'done late': 15, 'failed before it was done': 7, 'failed after it was done': 7, 'done although it failed': 6, 'done again later': 10,
  'request lost': 3, 'answer lost': 3, 'slow network': 6, 'stream cut': 2, 'announcement lost': 15,
  'database busy': 1, 'slow database': 2, 'lost race': 4,
  'command failed': 6, 'slow command': 8, 'command held up': 6, 'crash after the effect': 6, 'crash before the effect': 4, 'report twice': 20, 'report late': 15, 'reports out of order': 40, 'report never': 3, 'check refused': 1,
};

function makeRates(chance: Chance): Rates {
  const wildness = chance.pick([[0, 5], [0.3, 35], [0.7, 30], [1, 30]]);
  const kept = Object.entries(WILDEST).filter(() => !chance.percent(25));
  return Object.fromEntries(kept.map(([fault, rate]): [FaultName | string, number] => [fault, rate * wildness]));
}
