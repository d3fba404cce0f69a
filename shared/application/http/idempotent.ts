import { createHash } from 'node:crypto';

import type { Caller } from '#application/context';
import type { HttpAnswer, HttpHeaders, HttpRequest, Outside } from '#application/http/exchange';
import { malformed } from '#application/http/read-input';
import type { FoundRoute } from '#application/http/router';
import { Failure } from '#contracts/errors';
import { IDEMPOTENCY_KEY } from '#contracts/http/request-headers';
import type { Route } from '#contracts/http/route';
import { CHANCE_LIMIT, deploymentIdOf } from '#domain/deployment/deployment-id';
import type { Ids } from '#ports/clock';

type Call = { readonly request: HttpRequest; readonly found: FoundRoute; readonly caller: Caller; readonly bytes: Uint8Array; readonly idempotencyKey: string | undefined };

/** The `Idempotency-Key` of a request to a route that honours it. @throws Failure `malformed-request` for one that is none */
export function idempotencyKeyOf(headers: HttpHeaders, route: Route): string | undefined {
  const given = headers['idempotency-key'];
  if (!route.idempotent || given === undefined) return undefined;
  if (!IDEMPOTENCY_KEY.test(given)) throw malformed([{ field: 'header.idempotency-key', rule: 'must be 1 to 255 visible ASCII characters', value: given.slice(0, 100) }]);
  return given;
}

/**
 * Runs a use case once per `Idempotency-Key`, route and tenant: a repetition within 24 h gets the stored answer, marked by a header.
 * What failed may be repeated. A repetition of what failed or was lost, maybe after it was done, names what it makes as the first one did,
 * so that the use case can tell that it is there. The port seals what it stores; an answer that shows a secret is moreover repeated
 * to the key alone that asked for it.
 * @throws Failure `idempotency-mismatch`, `idempotency-in-flight`, and whatever the use case throws
 */
export async function idempotently(outside: Outside, call: Call, run: (ids: Ids) => Promise<HttpAnswer>): Promise<HttpAnswer> {
  const given = call.idempotencyKey;
  if (given === undefined) return run(outside.ports.ids);
  const { idempotency, clock } = outside.ports;
  const { tenant } = call.caller;
  const key = call.found.route.secret === 'answer' ? `${call.found.operation}/${call.caller.keyId}/${given}` : `${call.found.operation}/${given}`;
  const fingerprint = fingerprintOf(call);
  const begun = await idempotency.begin({ tenant, key, fingerprint, at: new Date(clock.now()).toISOString() });
  switch (begun.state) {
    case 'done':
      outside.metrics.replays.add();
      return { status: begun.answer.status, headers: { ...begun.answer.headers, 'idempotency-replayed': 'true' }, body: begun.answer.body };
    case 'in-flight':
      throw new Failure('idempotency-in-flight', { detail: `a request with the idempotency key ${given} is still running`, retryAfterSeconds: 1 });
    case 'mismatch':
      throw new Failure('idempotency-mismatch', `the idempotency key ${given} was used with another request`);
    case 'new':
      return runAndStore(() => run(repeatableIds(outside.ports.ids, { firstBegunAt: begun.firstBegunAt, tenant, key, fingerprint })), {
        store: (answer) => idempotency.finish(tenant, key, answer),
        forget: () => idempotency.forget(tenant, key),
      });
  }
}

async function runAndStore(run: () => Promise<HttpAnswer>, record: { readonly store: (answer: HttpAnswer) => Promise<void>; readonly forget: () => Promise<void> }): Promise<HttpAnswer> {
  let answer: HttpAnswer;
  try {
    answer = await run();
  } catch (error) {
    await record.forget();
    throw error;
  }
  await record.store(answer);
  return answer;
}

/** Ids of which the deployment's is that of the first time; the chance in it is that of who chose the key, and of the key's place. */
function repeatableIds(ids: Ids, request: { readonly firstBegunAt: string; readonly tenant: string; readonly key: string; readonly fingerprint: string }): Ids {
  const digest = createHash('sha256').update(JSON.stringify([request.tenant, request.key, request.fingerprint])).digest('hex');
  const id = deploymentIdOf(Date.parse(request.firstBegunAt), BigInt(`0x${digest}`) % CHANCE_LIMIT);
  return { deployment: () => id, trace: () => ids.trace(), secret: (prefix) => ids.secret(prefix) };
}

/** Two requests are the same when method, path, query and body are, byte by byte. */
function fingerprintOf(call: Call): string {
  const { method, path, query } = call.request;
  return createHash('sha256').update(JSON.stringify([method, path, query])).update(call.bytes).digest('hex');
}
