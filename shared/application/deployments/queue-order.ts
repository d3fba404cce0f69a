import type { PlanningSources } from '#application/deployments/planning-sources';
import { priority } from '#domain/deployment/events';
import type { DeploymentState } from '#domain/deployment/state';
import type { QueueEntry } from '#ports/lease';

/** A request's place in the queue. */
export function queueEntryOf(state: DeploymentState, sources: PlanningSources): QueueEntry {
  const { application, environment } = state.request;
  return { deployment: state.id, application, environment, targets: sources.targets.map((one) => one.name), priority: priorityOf(state), at: state.createdAt };
}

/** How urgent a request is, as a number that grows with it. */
export function priorityOf(state: DeploymentState): number {
  return priority.options.indexOf(state.request.priority);
}

/** Whether two queued requests need a lease in common. */
export function contends(one: QueueEntry, other: QueueEntry): boolean {
  return one.application === other.application && one.targets.some((target) => other.targets.includes(target));
}

/** What a deployment that has ended held or waited for: an application on targets, or on any where nobody knows on which. */
export type Freed = { readonly application: string; readonly targets: readonly string[] | 'any' };

/**
 * Those of the queue to whom it matters that something was freed, in the order of the queue: who wants some of it, who wants something together with one of these, and so on. The latter may stand
 * behind one who goes on now, or who wants less than before. All others wait for what somebody else has.
 */
export function waitingFor(freed: Freed, queued: readonly QueueEntry[]): readonly QueueEntry[] {
  const { targets } = freed;
  let others = queued.filter(({ application }) => application === freed.application);
  if (targets === 'any') return inOrder(others);
  const wanted = new Set(targets);
  const found: QueueEntry[] = [];
  // Each round finds one more at least, or is the last.
  for (;;) {
    const reached = others.filter((entry) => entry.targets.some((target) => wanted.has(target)));
    if (reached.length === 0) return inOrder(found);
    found.push(...reached);
    for (const entry of reached) for (const target of entry.targets) wanted.add(target);
    others = others.filter((entry) => !reached.includes(entry));
  }
}

function inOrder(entries: readonly QueueEntry[]): readonly QueueEntry[] {
  return entries.toSorted((one, other) => (goesBefore(one, other) ? -1 : 1));
}

/** The order of the queue: higher priority first, then the older. */
export function goesBefore(one: QueueEntry, other: QueueEntry): boolean {
  if (one.priority !== other.priority) return one.priority > other.priority;
  return isOlder(one, other);
}

/** Whether a request came before another. Ids of one moment grow in the order in which they were given. */
export function isOlder(one: QueueEntry, other: QueueEntry): boolean {
  return one.at === other.at ? one.deployment < other.deployment : one.at < other.at;
}
