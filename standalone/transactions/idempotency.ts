import type { Connection } from '../connection.ts';
import { bytes, integer, text } from '../row.ts';

type Place = { readonly tenant: string; readonly key: string };

/** `firstBegun` (milliseconds since 1970) is when a request was begun first: it may have been lost since. */
type Begun = { readonly state: 'new'; readonly firstBegun: number } | { readonly state: 'in-flight' | 'mismatch' } | { readonly state: 'done'; readonly answer: Uint8Array };

/** An answer is remembered for 24 h, the promise of the port. */
const KEPT_MILLISECONDS = 86_400_000;

/** A request that has not ended after 60 s was lost with the process that ran it. */
const LOST_MILLISECONDS = 60_000;

export const idempotencyTransactions = { beginRequest, finishRequest, forgetRequest, loseRequests, expireRequests };

function beginRequest(connection: Connection, input: Place & { readonly fingerprint: string; readonly now: number }): Begun {
  const { tenant, key, fingerprint, now } = input;
  let firstBegun = now;
  const row = connection.get('SELECT fingerprint, begun_ms, first_ms, answer FROM idempotency WHERE tenant = ? AND key = ?', tenant, key);
  if (row !== undefined) {
    const ageMilliseconds = now - integer(row, 'begun_ms');
    const answer = row['answer'] === null ? undefined : bytes(row, 'answer');
    if (ageMilliseconds < (answer === undefined ? LOST_MILLISECONDS : KEPT_MILLISECONDS)) {
      if (text(row, 'fingerprint') !== fingerprint) return { state: 'mismatch' };
      return answer === undefined ? { state: 'in-flight' } : { state: 'done', answer };
    }
    const first = integer(row, 'first_ms');
    if (answer === undefined && text(row, 'fingerprint') === fingerprint && now - first < KEPT_MILLISECONDS) firstBegun = first;
  }
  connection.run('INSERT OR REPLACE INTO idempotency (tenant, key, fingerprint, begun_ms, first_ms, answer) VALUES (?, ?, ?, ?, ?, NULL)', tenant, key, fingerprint, now, firstBegun);
  return { state: 'new', firstBegun };
}

/** The first answer stays. */
function finishRequest(connection: Connection, input: Place & { readonly answer: Uint8Array }): void {
  connection.run('UPDATE idempotency SET answer = ? WHERE tenant = ? AND key = ? AND answer IS NULL', input.answer, input.tenant, input.key);
}

/** Only what has no answer yet is forgotten: it counts as lost from now on, and when it was first begun stays known. */
function forgetRequest(connection: Connection, input: Place): void {
  connection.run('UPDATE idempotency SET begun_ms = begun_ms - ? WHERE tenant = ? AND key = ? AND answer IS NULL', LOST_MILLISECONDS, input.tenant, input.key);
}

/** No request outlives the process that ran it. */
function loseRequests(connection: Connection, _input: null): void {
  connection.run('UPDATE idempotency SET begun_ms = begun_ms - ? WHERE answer IS NULL', LOST_MILLISECONDS);
}

function expireRequests(connection: Connection, input: { readonly now: number }): number {
  return connection.run('DELETE FROM idempotency WHERE begun_ms <= ?', input.now - KEPT_MILLISECONDS);
}
