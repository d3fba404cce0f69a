import type { CallContext } from '#application/context';
import { nowOf } from '#application/context';
import { appendRecord } from '#application/append-record';
import type { OperationHandlers } from '#application/handlers';
import { beginning, readPage } from '#application/read-page';
import { requireVersion } from '#application/resources/if-match';
import { assertRoomForSecret } from '#application/resources/assert-room';
import { documentsUsing, refuseWhileUsed } from '#application/resources/users-of';
import { retryConflicts } from '#application/retry-conflicts';
import { Failure } from '#contracts/errors';
import type { tenantRoutes } from '#contracts/http/tenant-routes';
import type { SecretFacts } from '#ports/secrets';

type SecretOperation = Extract<keyof typeof tenantRoutes, `${string}Secret` | 'listSecrets'>;

/**
 * The use cases behind the routes of secrets. A value goes from the request into the port and nowhere else: events, errors and answers
 * carry the name and version only.
 */
export const secretOperations: Pick<OperationHandlers, SecretOperation> = {
  setSecret: async (context, { params, body }) => answerOf(await store(context, params.name, body.value)),
  rotateSecret: async (context, { params, body }) => {
    await requireSecret(context, params.name);
    return answerOf(await store(context, params.name, body.value));
  },
  getSecret: async (context, { params }) => answerOf(await requireSecret(context, params.name)),
  listSecrets: async (context, { query }) => {
    const { items, more } = await readPage(query, { read: async (page) => await context.ports.secrets.list(context.tenant, { ...page, ...beginning(query) }), placeOf: (one) => one.name });
    return { body: { items: [...items], ...more } };
  },
  deleteSecret: async (context, { params: { name } }) => {
    await retryConflicts(async () => {
      const { version } = await requireSecret(context, name);
      requireVersion(context, version);
      refuseWhileUsed(`secret ${name}`, await documentsUsing(context, { kind: 'Secret', name }));
      // Recorded first: what is in use no more may be recorded twice, but nothing disappears without a record.
      await appendRecord(context, secretStream(name), { type: 'SecretDeleted', payload: { name, by: context.caller.keyId } });
      await context.ports.secrets.remove(context.tenant, name, { ifVersion: context.ifMatchVersion });
    });
    return { body: null };
  },
};

/** The record follows the value, for it names the version; a call that ended in between has failed and is repeated, as a new version. */
async function store(context: CallContext, name: string, value: string): Promise<SecretFacts> {
  const { facts, firstVersion } = await retryConflicts(async () => await setValue(context, name, value));
  await appendRecord(context, secretStream(name), { type: 'SecretSet', payload: { name, secretVersion: facts.version, rotated: facts.version !== firstVersion, by: context.caller.keyId } });
  return facts;
}

/**
 * A secret that is made again after it was deleted goes on with the versions of its stream, so that an ETag never means two values.
 * `firstVersion` is the version of the value that was the first; none for one that was there.
 */
async function setValue(context: CallContext, name: string, value: string): Promise<{ readonly facts: SecretFacts; readonly firstVersion: number | undefined }> {
  const { secrets, events } = context.ports;
  const present = await secrets.facts(context.tenant, name);
  requireVersion(context, present?.version);
  if (present === undefined) await assertRoomForSecret(context);
  const last = present === undefined ? await events.readLast({ tenant: context.tenant, stream: secretStream(name) }) : undefined;
  const firstVersion = present === undefined ? (last?.version ?? 0) + 1 : undefined;
  const facts = await secrets.set(context.tenant, name, value, nowOf(context), { ifVersion: context.ifMatchVersion, firstVersion });
  return { facts, firstVersion };
}

function answerOf(facts: SecretFacts): { readonly body: SecretFacts; readonly version: number } {
  return { body: facts, version: facts.version };
}

async function requireSecret(context: CallContext, name: string): Promise<SecretFacts> {
  const facts = await context.ports.secrets.facts(context.tenant, name);
  if (facts === undefined) throw new Failure('not-found', `there is no secret ${name}`);
  return facts;
}

function secretStream(name: string): string {
  return `secret/${name}`;
}
