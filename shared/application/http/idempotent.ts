import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';

import type { Caller } from '#application/context';
import type { HttpAnswer, HttpRequest, Outside } from '#application/http/exchange';
import { malformed } from '#application/http/read-input';
import type { FoundRoute } from '#application/http/router';
import { Failure } from '#contracts/errors';

/** Visible ASCII, as IETF draft "The Idempotency-Key HTTP Header Field" has it; 255 is more than any generated key needs. */
const KEY = /^[\x21-\x7e]{1,255}$/;

type Call = { readonly request: HttpRequest; readonly found: FoundRoute; readonly caller: Caller; readonly bytes: Uint8Array };

/**
 * Runs a use case once per `Idempotency-Key`, route and tenant: a repetition within 24 h gets the stored answer, marked by a header.
 * What failed changed nothing and may be repeated. An answer that shows a secret is stored encrypted under the caller's key, which is
 * stored nowhere, and belongs to that key alone.
 * @throws Failure `malformed-request`, `idempotency-mismatch`, `idempotency-in-flight`, and whatever the use case throws
 */
export async function idempotently(outside: Outside, call: Call, run: () => Promise<HttpAnswer>): Promise<HttpAnswer> {
  const given = call.request.headers['idempotency-key'];
  if (!call.found.route.idempotent || given === undefined) return run();
  if (!KEY.test(given)) throw malformed([{ field: 'header.idempotency-key', rule: 'must be 1 to 255 visible ASCII characters', value: given.slice(0, 100) }]);
  const { idempotency, clock } = outside.ports;
  const { tenant } = call.caller;
  const secret = call.found.route.secret === 'answer';
  const key = secret ? `${call.found.operation}/${call.caller.keyId}/${given}` : `${call.found.operation}/${given}`;
  const begun = await idempotency.begin({ tenant, key, fingerprint: fingerprintOf(call), at: new Date(clock.now()).toISOString() });
  switch (begun.state) {
    case 'done':
      outside.metrics.replays.add();
      return { status: begun.answer.status, headers: { ...begun.answer.headers, 'idempotency-replayed': 'true' }, body: secret ? unseal(begun.answer.body, call) : begun.answer.body };
    case 'in-flight':
      throw new Failure('idempotency-in-flight', { detail: `a request with the idempotency key ${given} is still running`, retryAfterSeconds: 1 });
    case 'mismatch':
      throw new Failure('idempotency-mismatch', `the idempotency key ${given} was used with another request`);
    case 'new':
      return runAndStore(run, {
        store: (answer) => idempotency.finish(tenant, key, { ...answer, body: secret ? seal(answer.body, call) : answer.body }),
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

/** Two requests are the same when method, path, query and body are, byte by byte. */
function fingerprintOf(call: Call): string {
  const { method, path, query } = call.request;
  return createHash('sha256').update(JSON.stringify([method, path, query])).update(call.bytes).digest('hex');
}

/** AES-256-GCM with a nonce of 96 bits and a tag of 128 (NIST SP 800-38D); each answer has a key of its own, so a nonce never repeats. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const SALT_BYTES = 16;

function seal(text: string, call: Call): string {
  const salt = randomBytes(SALT_BYTES);
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', sealingKey(call, salt), nonce);
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([salt, nonce, cipher.getAuthTag(), sealed]).toString('base64');
}

function unseal(stored: string, call: Call): string {
  const bytes = Buffer.from(stored, 'base64');
  const [nonceAt, tagAt, sealedAt] = [SALT_BYTES, SALT_BYTES + NONCE_BYTES, SALT_BYTES + NONCE_BYTES + TAG_BYTES];
  const decipher = createDecipheriv('aes-256-gcm', sealingKey(call, bytes.subarray(0, nonceAt)), bytes.subarray(nonceAt, tagAt), { authTagLength: TAG_BYTES });
  decipher.setAuthTag(bytes.subarray(tagAt, sealedAt));
  return Buffer.concat([decipher.update(bytes.subarray(sealedAt)), decipher.final()]).toString('utf8');
}

/** The caller's own key, of at least 160 bits and never stored, is the secret; HKDF (RFC 5869) makes an AES key of it. */
function sealingKey(call: Call, salt: Uint8Array): Uint8Array {
  const key = (call.request.headers.authorization ?? '').replace(/^bearer +/i, '');
  return new Uint8Array(hkdfSync('sha256', key, salt, 'sluice idempotent answer', 32));
}
