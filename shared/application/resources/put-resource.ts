import { isDeepStrictEqual } from 'node:util';

import type { CallContext } from '#application/context';
import { nowOf } from '#application/context';
import { assertRoomForResource } from '#application/resources/assert-room';
import { checkResource } from '#application/resources/check-resource';
import { requireVersion } from '#application/resources/if-match';
import { loadResource, loadedOf } from '#application/resources/load-resource';
import type { LoadedResource } from '#application/resources/load-resource';
import { showResource } from '#application/resources/resource-document';
import { retryConflicts } from '#application/retry-conflicts';
import { Failure } from '#contracts/errors';
import { inWords, resourceStream } from '#domain/resources/reference';
import type { ResourceReference } from '#domain/resources/reference';
import type { ResourceKind, ResourceOf } from '#domain/resources/resource';
import type { StoredEvent } from '#ports/event-store';

/**
 * Makes or replaces a resource. Content that is there already appends nothing and answers the present version, so a repetition is
 * harmless. Of writers without If-Match the last one wins.
 * @throws Failure `rule-broken`, `unknown-reference`, `precondition-failed`, `version-conflict`, `conflict` where there are as many as may be; then
 * nothing was changed
 */
export async function putResource<Kind extends ResourceKind>(context: CallContext, reference: ResourceReference<Kind>, resource: ResourceOf<Kind>): Promise<LoadedResource<Kind>> {
  await checkResource(context, reference, resource);
  const loaded = await retryConflicts(async () => await write(context, reference, resource));
  // Shown at once, so that its author finds it in the next list and a delete finds what uses it; the projector would do it later.
  await showResource(context, reference, loaded);
  return loaded;
}

async function write<Kind extends ResourceKind>(context: CallContext, reference: ResourceReference<Kind>, resource: ResourceOf<Kind>): Promise<LoadedResource<Kind>> {
  const { events } = context.ports;
  const stream = { tenant: context.tenant, stream: resourceStream(reference) };
  const last = await events.readLast(stream);
  const present = loadedOf(reference.kind, last);
  requireVersion(context, present?.version);
  if (present !== undefined && isDeepStrictEqual(present.resource, resource)) return present;
  const former = present ?? (reference.kind === 'Release' && last !== undefined ? await formerOf(context, reference) : undefined);
  if (former !== undefined && !isDeepStrictEqual(former.resource, resource)) refuseAnotherRelease(reference, former.resource);
  if (present === undefined) await assertRoomForResource(context, reference);
  const at = nowOf(context);
  const { version } = await events.append({ ...stream, expectedVersion: versionOf(last), events: [{ type: 'ResourceApplied', payload: { resource, by: context.caller.keyId } }], at, traceId: context.traceId });
  return { resource, version, updatedAt: at };
}

/** What was under a name before it was deleted: its stream begins with it, and a release is never changed. */
async function formerOf<Kind extends ResourceKind>(context: CallContext, reference: ResourceReference<Kind>): Promise<LoadedResource<Kind> | undefined> {
  return await loadResource(context, reference, 1);
}

function refuseAnotherRelease(reference: ResourceReference, present: ResourceOf<ResourceKind>): void {
  if (present.kind !== 'Release') return;
  const rule = `is immutable: ${inWords(reference)} exists, or has existed, with other content; make a new release`;
  throw new Failure('rule-broken', { detail: `spec ${rule}`, errors: [{ field: 'spec', rule }] });
}

function versionOf(last: StoredEvent | undefined): number {
  return last?.version ?? 0;
}
