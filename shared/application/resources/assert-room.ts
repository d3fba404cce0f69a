import type { Context } from '#application/context';
import { nowOf } from '#application/context';
import { documentBounds } from '#contracts/bounds';
import type { DocumentBound } from '#contracts/bounds';
import { Failure } from '#contracts/errors';
import { kindIndex } from '#domain/resources/reference';
import type { ResourceReference } from '#domain/resources/reference';

/**
 * Refuses one more document of a kind of which the tenant, or the application, has as many as it may. What is counted is what was written before: of
 * requests that come at the same moment all may pass, so the bound is exceeded by at most as many as the tenant's rate lets in at once.
 * @throws Failure `conflict` naming the rule and its value
 */
export async function assertRoomForResource(context: Context, reference: ResourceReference): Promise<void> {
  const { kind, application } = reference;
  for (const bound of documentBounds[kind]) {
    const value = kindIndex(bound.of === 'application' ? { kind, application } : { kind });
    assertRoom(bound, await context.ports.readModels.count(context.tenant, 'resources', { index: 'kind', value }));
  }
}

/** The same for a secret that is to be made. @throws Failure `conflict` */
export async function assertRoomForSecret(context: Context): Promise<void> {
  const count = await context.ports.secrets.count(context.tenant);
  for (const bound of documentBounds.Secret) assertRoom(bound, count);
}

/** The same for an API key. @throws Failure `conflict` */
export async function assertRoomForKey(context: Context): Promise<void> {
  const count = await context.ports.keys.countValid(context.tenant, nowOf(context));
  for (const bound of documentBounds.ApiKey) assertRoom(bound, count);
}

function assertRoom({ many, of, most }: DocumentBound, count: number): void {
  if (count < most) return;
  throw new Failure('conflict', { detail: `one ${of} may have ${most} ${many}, and this one has ${count}: remove what is not needed any more`, context: { rule: `${many} per ${of}`, most, count } });
}
