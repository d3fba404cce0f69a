import type { CallContext } from '#application/context';
import { nowOf } from '#application/context';
import { requireVersion } from '#application/resources/if-match';
import { loadResource } from '#application/resources/load-resource';
import { hideResource } from '#application/resources/resource-document';
import { refuseWhileUsed, usersOf } from '#application/resources/users-of';
import { retryConflicts } from '#application/retry-conflicts';
import { Failure } from '#contracts/errors';
import { inWords, resourceStream } from '#domain/resources/reference';
import type { ResourceReference } from '#domain/resources/reference';

/**
 * Deletes a resource that nothing uses. Its stream stays, and goes on when the name is used again.
 * @throws Failure `not-found`, `in-use` naming the users, `precondition-failed`
 */
export async function deleteResource(context: CallContext, reference: ResourceReference): Promise<void> {
  const version = await retryConflicts(async () => await appendDeletion(context, reference));
  await hideResource(context, reference, version);
}

async function appendDeletion(context: CallContext, reference: ResourceReference): Promise<number> {
  const present = await loadResource(context, reference);
  if (present === undefined) throw new Failure('not-found', `there is no ${inWords(reference)}`);
  requireVersion(context, present.version);
  refuseWhileUsed(inWords(reference), await usersOf(context, reference));
  const { kind, name, application } = reference;
  const payload = { kind, name, by: context.caller.keyId, ...(application === undefined ? {} : { application }) };
  const { version } = await context.ports.events.append({ tenant: context.tenant, stream: resourceStream(reference), expectedVersion: present.version, events: [{ type: 'ResourceDeleted', payload }], at: nowOf(context), traceId: context.traceId });
  return version;
}
