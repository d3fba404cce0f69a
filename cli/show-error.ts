import { SluiceError } from '#client/sluice-error';
import { errors } from '#contracts/errors';

import { outcomes } from './exit-codes.ts';
import { harmless } from './paint.ts';
import type { Paint } from './paint.ts';
import { InterruptedError, UsageError } from './usage-error.ts';

/** An error for people: what, why, which fields, what to do, and the trace id to ask about. */
export function errorLines(error: unknown, paint: Paint): readonly string[] {
  if (error instanceof InterruptedError) return [error.message];
  if (error instanceof UsageError) return [`${paint('red', 'error')}: ${harmless(error.message)}`, ...(error.possible.length === 0 ? [] : [`  possible: ${error.possible.join(', ')}`])];
  if (!(error instanceof SluiceError)) return [`${paint('red', 'error')}: ${outcomes.bug.meaning}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`];
  const fields = error.errors.map((one) => `  ${one.field === '.' ? '' : `${paint('bold', one.field)} `}${one.rule}${one.value === undefined ? '' : ` (it is ${JSON.stringify(one.value)})`}`);
  const detail = error.detail === error.title ? '' : `: ${error.detail}`;
  return [
    `${paint('red', `error ${error.code}`)}: ${error.title}${detail}`,
    ...fields,
    ...(error.retryAfterSeconds === null ? [] : [`  try again in ${Math.ceil(error.retryAfterSeconds)} s`]),
    ...error.recoveryActions.map((action) => `  ${paint('cyan', '→')} ${action}`),
    ...(error.traceId === null ? [] : [paint('dim', `  trace id ${error.traceId}`)]),
  ].map(harmless);
}

/**
 * An error for programs: the API's problem document unchanged. What the API did not say has the same form; its status is 0, for
 * there was no answer, and its type `about:blank` (RFC 9457 §4.2.1).
 */
export function errorDocument(error: unknown): object {
  if (error instanceof SluiceError && error.problem !== null) return error.problem;
  const shared = { type: 'about:blank', status: 0, errorType: 'configuration', severity: 'low', retriable: false, recoveryActions: [], traceId: '' };
  if (error instanceof SluiceError) {
    const { code, title, detail, retriable, recoveryActions } = error;
    return { ...shared, code, title, detail, status: error.status ?? 0, retriable, recoveryActions, traceId: error.traceId ?? '', ...(error.errors.length === 0 ? {} : { errors: error.errors }) };
  }
  if (error instanceof UsageError) return { ...shared, code: 'usage', title: outcomes.usage.meaning, detail: error.message, ...(error.possible.length === 0 ? {} : { context: { possible: error.possible } }) };
  if (error instanceof InterruptedError) return { ...shared, code: 'interrupted', title: outcomes.interrupted.meaning, detail: error.message };
  const bug = errors['internal-error'];
  return { ...shared, code: 'internal-error', title: outcomes.bug.meaning, detail: error instanceof Error ? error.message : String(error), errorType: bug.errorType, severity: bug.severity };
}
