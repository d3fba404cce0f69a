import { beginRequest } from '#engine/begun-request';
import { ANSWER_KEPT_SECONDS, REQUEST_LOST_SECONDS } from '#ports/idempotency';

import type { Connection } from '../connection.ts';
import { bytes, integer, text } from '../row.ts';

type Place = { readonly tenant: string; readonly key: string };

type Begun = { readonly state: 'new'; readonly firstBegunAt: number } | { readonly state: 'in-flight' | 'mismatch' } | { readonly state: 'done'; readonly answer: Uint8Array };

const LOST_MILLISECONDS = REQUEST_LOST_SECONDS * 1000;

export const idempotencyTransactions = { beginRequest: begin, finishRequest, forgetRequest, loseRequests, expireRequests };

function begin(connection: Connection, input: Place & { readonly fingerprint: string; readonly now: number }): Begun {
  const { tenant, key } = input;
  const row = connection.get('SELECT fingerprint, begun_ms, first_ms, answer FROM idempotency WHERE tenant = ? AND key = ?', tenant, key);
  const stored = row === undefined ? undefined : { fingerprint: text(row, 'fingerprint'), begunAt: integer(row, 'begun_ms'), firstBegunAt: integer(row, 'first_ms'), answer: row['answer'] === null ? undefined : bytes(row, 'answer') };
  const beginning = beginRequest(stored, input.fingerprint, input.now);
  if (beginning.state !== 'new') return beginning;
  const { fingerprint, begunAt, firstBegunAt } = beginning.record;
  connection.run('INSERT OR REPLACE INTO idempotency (tenant, key, fingerprint, begun_ms, first_ms, answer) VALUES (?, ?, ?, ?, ?, NULL)', tenant, key, fingerprint, begunAt, firstBegunAt);
  return { state: 'new', firstBegunAt };
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
  return connection.run('DELETE FROM idempotency WHERE begun_ms <= ?', input.now - ANSWER_KEPT_SECONDS * 1000);
}
