import type { Caller, Context } from '#application/context';
import { loadResource } from '#application/resources/load-resource';
import { Failure } from '#contracts/errors';
import { rolePermissions } from '#contracts/roles';
import { topicPermissions } from '#contracts/stream';
import type { Topic } from '#contracts/stream';
import { payloadOf } from '#contracts/upcast';
import type { EventStore, StoredEvent } from '#ports/event-store';

/** Tells which events a topic is about, of any tenant. */
export type TopicMatcher = (tenant: string, topic: Topic, event: StoredEvent) => Promise<boolean>;

/**
 * Refuses a subscription that the caller may not have. What belongs to another tenant is as unknown as what never was.
 * @throws Failure `forbidden` when the role has not the topic's permission; `not-found` for an unknown subject, or an agent's foreign target
 */
export async function assertTopic(context: Context, caller: Caller, topic: Topic): Promise<void> {
  const permission = topicPermissions[topic.kind];
  if (!rolePermissions[caller.role].includes(permission)) throw new Failure('forbidden', { detail: `the role ${caller.role} has not the permission ${permission}`, context: { role: caller.role, permission } });
  switch (topic.kind) {
    case 'tenant':
      return;
    case 'deployment': {
      const last = await context.ports.events.readLast({ tenant: caller.tenant, stream: `deployment/${topic.deployment}` });
      if (last === undefined) throw new Failure('not-found', `there is no deployment ${topic.deployment}`);
      return;
    }
    case 'environment': {
      const environment = await loadResource(context, { kind: 'Environment', name: topic.environment });
      if (environment === undefined) throw new Failure('not-found', `there is no environment ${topic.environment}`);
      return;
    }
    case 'work':
      if (topic.target !== caller.target) throw new Failure('not-found', `there is no target ${topic.target}`);
      return;
  }
}

/** Deployments whose environment is remembered: 10 000 × about 120 bytes is 1.2 MB. */
const MAXIMUM_REMEMBERED = 10_000;

/** Makes a matcher. A deployment's environment never changes, so it is read once from the first event of its stream. */
export function createTopicMatcher(events: EventStore): TopicMatcher {
  const environments = new Map<string, Promise<string | undefined>>();
  const environmentOf = (tenant: string, event: StoredEvent) => {
    const key = `${tenant}/${event.stream}`;
    const known = environments.get(key);
    if (known !== undefined) return known;
    const found = readEnvironment(events, { tenant, stream: event.stream });
    environments.set(key, found);
    // What could not be read is asked for again by whoever comes next.
    found.catch(() => environments.delete(key));
    const oldest = environments.size > MAXIMUM_REMEMBERED ? environments.keys().next().value : undefined;
    if (oldest !== undefined) environments.delete(oldest);
    return found;
  };
  return async (tenant, topic, event) => {
    switch (topic.kind) {
      case 'tenant':
        return true;
      case 'deployment':
        return event.stream === `deployment/${topic.deployment}`;
      case 'environment':
        return event.stream.startsWith('deployment/') && (await environmentOf(tenant, event)) === topic.environment;
      case 'work':
        return false;
    }
  };
}

async function readEnvironment(events: EventStore, stream: { readonly tenant: string; readonly stream: string }): Promise<string | undefined> {
  const [first] = await events.read(stream, { fromVersion: 1, limit: 1 });
  return first?.type === 'DeploymentRequested' ? payloadOf('DeploymentRequested', first).environment : undefined;
}
