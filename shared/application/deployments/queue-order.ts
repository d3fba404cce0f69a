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

/** The order of the queue: higher priority first, then the older. */
export function goesBefore(one: QueueEntry, other: QueueEntry): boolean {
  if (one.priority !== other.priority) return one.priority > other.priority;
  return isOlder(one, other);
}

/** Whether a request came before another. Ids of one moment grow in the order in which they were given. */
export function isOlder(one: QueueEntry, other: QueueEntry): boolean {
  return one.at === other.at ? one.deployment < other.deployment : one.at < other.at;
}
