import type { InvariantName } from '../broken-invariant.ts';

/** A deliberate mistake in the system: what is replaced by what, in one file, and how the simulation finds it. */
export type Mutation = {
  readonly name: string;
  /** What is wrong then, in words. */
  readonly mistake: string;
  /** The file, from the root of the project. */
  readonly file: string;
  /** A text that the file has exactly once, and what stands in its place. */
  readonly replace: string;
  readonly by: string;
  /** A seed that finds it, and the invariant that it finds broken. */
  readonly seed: number;
  readonly invariant: InvariantName;
  /** Found so quickly that every run of the tests shows it. */
  readonly isQuick?: true;
};

/** The mistakes that the simulation is shown to find. */
export const mutations: readonly Mutation[] = [
  { name: 'no-fencing', mistake: 'the commands of a rollback carry the generation of what they take back, so that a target cannot tell a late one', file: 'shared/application/deployments/commands.ts', replace: "generation: target.generation + (progress.phase === 'rollback' ? 1 : 0), deadline,", by: 'generation: target.generation, deadline,', seed: 17, invariant: 'generation order' },
  { name: 'lease-freed-by-time', mistake: 'the sweep frees the leases of a deployment of which nothing was heard for half a minute', file: 'shared/application/sweep/lost-leases.ts', replace: 'if (!isTerminal(state)) return undefined;', by: 'if (!isTerminal(state)) { await context.ports.leases.free(context.tenant, state.id, {}); return undefined; }', seed: 2, invariant: 'one holder' },
  { name: 'two-holders', mistake: 'leases are given though another deployment has one of them', file: 'standalone/transactions/leases.ts', replace: 'if (others.length > 0) return', by: 'if (others.length > 9) return', seed: 1, invariant: 'one holder', isQuick: true },
  { name: 'duplicate-report-counted', mistake: 'a report that comes twice is recorded twice', file: 'shared/domain/deployment/decide-steps.ts', replace: "known.status !== 'running' || progress.status !== 'running'", by: "progress.status !== 'running'", seed: 1, invariant: 'nothing doubled' },
  { name: 'step-done-too-early', mistake: 'a step counts as done with the first of its reports', file: 'shared/domain/deployment/decide-steps.ts', replace: "if (commands.some((one) => one.status === 'running')) return [];", by: "if (commands.every((one) => one.status === 'running')) return [];", seed: 1, invariant: 'lawful steps', isQuick: true },
  { name: 'rollback-goes-forward', mistake: 'the way back gives the new release all traffic', file: 'shared/domain/planning/restore.ts', replace: 'weightPercent: 0, timeoutSeconds', by: 'weightPercent: 100, timeoutSeconds', seed: 1, invariant: 'weight' },
  { name: 'workers-not-restored', mistake: 'the way back forgets the workers', file: 'shared/domain/planning/restore.ts', replace: '...(workers.length > 0 ?', by: '...(workers.length > 99 ?', seed: 2, invariant: 'traffic settles' },
  { name: 'terminal-state-reopened', mistake: 'a deployment that has ended can still be paused', file: 'shared/domain/deployment/decide-people.ts', replace: 'if (isTerminal(state)) return conflict(', by: "if (isTerminal(state) && command.type !== 'Pause') return conflict(", seed: 7, invariant: 'terminal is final' },
  { name: 'change-while-held', mistake: 'a pause or a freeze does not hold a change of traffic', file: 'shared/domain/deployment/decide-steps.ts', replace: '(state.ending === null && !(state.paused !== null && changesTraffic(progress.step)))', by: 'state.ending === null', seed: 21, invariant: 'lawful steps' },
  { name: 'one-person-approves-twice', mistake: 'two approvals of one person count as two', file: 'shared/domain/deployment/decide-people.ts', replace: 'if (before.some((one) => one.by.id === command.by.id)) return', by: 'if (before.some((one) => one.by.id === command.by.name)) return', seed: 27, invariant: 'lawful steps' },
  { name: 'dispatch-not-idempotent', mistake: 'a step that is under way is dispatched again when the machine asks again', file: 'shared/domain/deployment/decide-steps.ts', replace: " || progress.status === 'running') return false;", by: ') return false;', seed: 1, invariant: 'nothing doubled' },
  { name: 'request-not-idempotent', mistake: 'a request that is repeated because its answer was lost makes a second deployment', file: 'shared/application/http/idempotent.ts', replace: 'deployment: () => id,', by: 'deployment: (now) => ids.deployment(now),', seed: 2, invariant: 'nothing doubled' },
  { name: 'projector-skips-an-event', mistake: 'the read model of a deployment leaves out an event that follows directly upon what it shows', file: 'shared/application/projector.ts', replace: 'known.version >= version) return;', by: 'known.version + 1 >= version) return;', seed: 1, invariant: 'read models' },
  { name: 'cursor-skips-an-event', mistake: 'whoever goes on from a cursor misses the event right after it', file: 'standalone/transactions/events.ts', replace: 'WHERE tenant = ? AND relayed = 1 AND position > ? ORDER', by: 'WHERE tenant = ? AND relayed = 1 AND position > ? + 1 ORDER', seed: 1, invariant: 'subscriber view', isQuick: true },
  { name: 'foreign-events-delivered', mistake: 'the feed of a tenant has the events of others too', file: 'standalone/transactions/events.ts', replace: 'WHERE tenant = ? AND relayed = 1 AND position > ? ORDER', by: 'WHERE tenant >= ? AND relayed = 1 AND position > ? ORDER', seed: 1, invariant: 'tenants apart', isQuick: true },
  { name: 'foreign-deployment-read', mistake: 'a deployment is found by its id in every tenant', file: 'standalone/transactions/events.ts', replace: 'WHERE tenant = ? AND stream = ? AND version >= ?', by: "WHERE (tenant = ? OR length(stream) = 41) AND stream = ? AND version >= ?", seed: 1, invariant: 'tenants apart' },
  { name: 'timer-lost-after-crash', mistake: 'a timer is forgotten before what it is for was done', file: 'standalone/scheduler.ts', replace: 'await fire(timerPayload.parse(JSON.parse(timer.payload)));', by: "await database.run('removeTimer', { id: timer.id });\n      await fire(timerPayload.parse(JSON.parse(timer.payload)));", seed: 11, invariant: 'steps end' },
  { name: 'chain-not-continued', mistake: 'events carry the hash of themselves alone, not over the one before', file: 'shared/engine/event-chain.ts', replace: 'update(previousHash).update(canonical)', by: 'update(canonical)', seed: 1, invariant: 'chained events', isQuick: true },
  { name: 'token-not-given-back', mistake: 'an event that ends a wait resumes nobody, and the machine waits for its time-out', file: 'shared/application/machine/resume-machine.ts', replace: '    if (answer === undefined) continue;', by: "    if (answer === undefined || answer.outcome === 'rollBack') continue;", seed: 9, invariant: 'steps end' },
];
