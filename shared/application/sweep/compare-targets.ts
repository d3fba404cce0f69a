import { HEARTBEAT_SECONDS, isReachable, targetRecord } from '#application/agents/target-record';
import type { TargetRecord } from '#application/agents/target-record';
import type { Context } from '#application/context';
import { nowOf } from '#application/context';
import { differenceOf } from '#application/sweep/difference';
import { DeploymentsOfSweep, expectedAtTarget } from '#application/sweep/expected-at-target';
import type { ExpectedApplication } from '#application/sweep/expected-at-target';
import type { Attempt } from '#application/sweep/finding';
import { dropSuspect, followDifference } from '#application/sweep/follow-difference';
import { Suspects } from '#application/sweep/target-suspects';
import type { TargetFacts } from '#contracts/adapter';
import type { Lease } from '#ports/lease';

/** How many targets of a tenant one sweep looks at: 100 reads of leases of some 10 ms are a second; of more, the next sweep goes on where this one ended. */
const MAXIMUM_TARGETS = 100;

const KIND = 'target-differs-from-plan';

/** A target that can be compared: it answers, and tells all that it serves. */
type Heard = { readonly target: string; readonly record: TargetRecord; readonly facts: TargetFacts & { readonly generations: { readonly [application: string]: number } } };

/**
 * Compares what each target last told that it serves with what the streams say it should. A target that does not answer is left alone, for nobody
 * knows what it serves; so is an agent of an earlier version, which does not tell its traffic.
 */
export async function compareTargets(context: Context, attempt: Attempt): Promise<void> {
  const suspects = await Suspects.read(context);
  const page = await context.ports.readModels.list(context.tenant, 'targets', { limit: MAXIMUM_TARGETS, ...(suspects.after === null ? {} : { after: suspects.after }) });
  suspects.after = page.length < MAXIMUM_TARGETS ? null : (page.at(-1)?.key ?? null);
  const deployments = new DeploymentsOfSweep(context);
  for (const { key: target, document } of page) {
    await attempt({ kind: KIND, subject: `target/${target}` }, async () => {
      const heard = heardOf(context, target, targetRecord.parse(document));
      if (heard !== undefined) await compareTarget(context, heard, { suspects, deployments, attempt });
      return undefined;
    });
  }
  await suspects.keep(context);
}

function heardOf(context: Context, target: string, record: TargetRecord): Heard | undefined {
  const { facts } = record;
  if (facts?.generations === undefined || !isReachable(record, nowOf(context))) return undefined;
  return { target, record, facts: { ...facts, generations: facts.generations } };
}

type Comparing = { readonly suspects: Suspects; readonly deployments: DeploymentsOfSweep; readonly attempt: Attempt };

async function compareTarget(context: Context, heard: Heard, { suspects, deployments, attempt }: Comparing): Promise<void> {
  const { target, facts } = heard;
  const leases = new Map((await context.ports.leases.read(context.tenant, target)).map((lease) => [lease.application, lease]));
  const applications = new Set([...leases.keys(), ...facts.components.map((one) => one.application)]);
  for (const known of suspects.at(target)) if (!applications.has(known.application) || (leases.get(known.application)?.generation ?? 0) !== known.generation) await dropSuspect(context, suspects, known);
  for (const application of applications) {
    const lease = leases.get(application);
    const expected = await expectedOf(context, heard, { application, lease, deployments });
    if (expected === undefined) continue;
    const gone = suspects.at(target).filter((one) => one.application === application && expected.components.every(({ component }) => component !== one.component));
    for (const known of gone) await dropSuspect(context, suspects, known);
    for (const expectation of expected.components) {
      const { component } = expectation;
      const told = facts.components.filter((one) => one.application === application && one.component === component);
      const about = {
        at: { target, application, component, generation: lease?.generation ?? 0 }, stableBy: lease?.stableBy ?? null, difference: differenceOf(told, expectation.expected), expectation, heardAt: heard.record.lastSeenAt,
        seen: facts.generations[application] ?? 0, progressSeconds: expected.progressSeconds,
      };
      await attempt({ kind: KIND, subject: `target/${target}/${application}/${component}` }, async () => await followDifference(context, suspects, about));
    }
  }
}

/** What is to be found, where the target's word is of after that: a heartbeat on its way when a step ended still tells of before. */
async function expectedOf(context: Context, { record, facts }: Heard, about: { readonly application: string; readonly lease: Lease | undefined; readonly deployments: DeploymentsOfSweep }): Promise<ExpectedApplication | undefined> {
  const { application, lease, deployments } = about;
  if (lease === undefined || (lease.holder === null && lease.stable === null)) return nothingOf(facts, application);
  const expected = await expectedAtTarget(context, lease, deployments);
  return expected === undefined || Date.parse(record.lastSeenAt) - Date.parse(expected.since) < HEARTBEAT_SECONDS * 1000 ? undefined : expected;
}

/** Nothing should run where no deployment has succeeded. It is not stopped all the same: whoever abandoned a first deployment, or restored a backup, may be glad of it. */
function nothingOf(facts: TargetFacts, application: string): ExpectedApplication {
  const components = [...new Set(facts.components.filter((one) => one.application === application).map((one) => one.component))];
  return {
    components: components.map((component) => ({ component, expected: { is: 'nothing' }, repair: null, unrepaired: 'no deployment that is known here has succeeded there; deploy the application, or stop what runs at the target' })),
    since: '', progressSeconds: 0,
  };
}
