import type { ComponentHealth } from '#contracts/adapter';
import type { Check } from '#domain/deployment/events';
import type { Plan } from '#domain/deployment/plan';
import type { Side } from '#domain/planning/plan-input';

/** What is known of one target: what runs there, or `null` while it does not answer. */
export type KnownTarget = { readonly name: string; readonly components: readonly ComponentHealth[] | null };

/** What the check looks at. A rollback does not wait for what its components depend on. */
export type Depending = { readonly application: string; readonly plan: Plan; readonly new: Side; readonly isRollback: boolean; readonly targets: readonly KnownTarget[] };

/** What was found of one dependency, in words. */
type Finding = { readonly healthy: boolean; readonly words: string };

/**
 * Whether everything that is started has what it depends on: what the deployment starts itself is there when it is needed; what it leaves
 * alone must run and be healthy on every target that answers. Of one that does not, the check `reachable` says so. Pure.
 */
export function dependencyCheck(about: Depending): Check {
  const findings = findingsOf(about);
  const unhealthy = findings.filter((one) => !one.healthy);
  if (findings.length === 0) return { check: 'dependencies', outcome: 'passed', reason: 'nothing that is started depends on another component' };
  if (unhealthy.length === 0) return { check: 'dependencies', outcome: 'passed', reason: inWords(findings) };
  if (about.isRollback) return { check: 'dependencies', outcome: 'skipped', reason: inWords([{ words: 'a rollback does not wait for them' }, ...unhealthy]) };
  return { check: 'dependencies', outcome: 'failed', reason: inWords(unhealthy) };
}

function findingsOf({ application, plan, new: side, targets }: Depending): readonly Finding[] {
  const started = new Set(plan.components.filter((one) => one.change === 'replace').map((one) => one.name));
  const released = new Set(side.release.components.map((one) => one.name));
  const needs = side.application.components.filter((one) => started.has(one.name)).flatMap((one) => one.dependencies.map((name) => ({ by: one.name, name })));
  return needs.flatMap(({ by, name }): readonly Finding[] => {
    if (!released.has(name)) return [{ healthy: false, words: `${by} needs ${name}, which the release does not have` }];
    if (started.has(name)) return [{ healthy: true, words: `${by} needs ${name}, which this deployment starts` }];
    return targets.map((target) => healthOn(target, { application, by, name }));
  });
}

function healthOn(target: KnownTarget, about: { readonly application: string; readonly by: string; readonly name: string }): Finding {
  const needs = `${about.by} needs ${about.name}`;
  if (target.components === null) return { healthy: true, words: `${needs}, of which nothing is known on ${target.name}: it does not answer` };
  const running = target.components.filter((one) => one.application === about.application && one.component === about.name && one.replicas > 0);
  if (running.length === 0) return { healthy: false, words: `${needs}, which does not run on ${target.name}` };
  const troubled = running.find((one) => one.state === 'Failed' || one.readyReplicas === 0);
  if (troubled === undefined) return { healthy: true, words: `${needs}, which is healthy on ${target.name}` };
  const why = troubled.reason === '' ? '' : ` (${troubled.reason.split('\n')[0] ?? ''})`;
  return { healthy: false, words: `${needs}, which is ${troubled.state} on ${target.name} with ${troubled.readyReplicas} of ${troubled.replicas} instances ready${why}` };
}

function inWords(findings: readonly { readonly words: string }[]): string {
  return findings.map((one) => one.words).join('; ').slice(0, 1000);
}
