import { errors, problem } from '#contracts/errors';
import type { ErrorCode, FieldError, Problem } from '#contracts/errors';

type ClientErrorEntry = {
  /** The exit code of the command line when a call ends with it. */
  readonly exitCode: number;
  readonly title: string;
  /** Whether the same call may succeed later without a change. */
  readonly retriable: boolean;
  readonly recoveryActions: readonly string[];
};

/** The errors that arise on the caller's side, before or instead of an answer. Those of answers are in `errors` of the contracts. */
export const clientErrors = {
  unreachable: { exitCode: 9, title: 'The server cannot be reached', retriable: true, recoveryActions: ['Check that the server runs and that its address is right (`--url`, SLUICE_URL)'] },
  'insecure-url': { exitCode: 2, title: 'The key would cross the network unprotected', retriable: false, recoveryActions: ['Use an https address', 'Without TLS, only a loopback address such as http://127.0.0.1:7700 is used'] },
  'bad-settings': { exitCode: 2, title: 'The client cannot be set up like this', retriable: false, recoveryActions: ['Correct the named setting'] },
  'unexpected-answer': { exitCode: 70, title: 'The server answered something that does not fit the contract', retriable: false, recoveryActions: ['Check that the address is that of a Sluice server', 'Use a client of the server\'s version'] },
  'too-many-subscriptions': { exitCode: 2, title: 'One connection carries no more subscriptions', retriable: false, recoveryActions: ['Close a subscription first, or subscribe to the environment or the tenant instead'] },
} as const satisfies Record<string, ClientErrorEntry>;

export type ClientErrorCode = keyof typeof clientErrors;

type Origin = {
  readonly status?: number;
  readonly errors?: readonly FieldError[];
  readonly retryAfterSeconds?: number;
  readonly traceId?: string;
  readonly cause?: unknown;
};

type Facts = {
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly status: number | null;
  readonly errors: readonly FieldError[];
  readonly recoveryActions: readonly string[];
  readonly retriable: boolean;
  readonly retryAfterSeconds: number | null;
  readonly traceId: string | null;
  readonly problem: Problem | null;
};

/**
 * What every call of the client throws when it does not succeed: either the server's problem document, or why there was no answer.
 * Match by `code`: one of the contracts' `errors`, one of `clientErrors`, or a code of a newer server. It never holds the key.
 */
export class SluiceError extends Error {
  readonly code: string;
  /** What kind of error it is, in words; the same for every error of its code. */
  readonly title: string;
  /** What went wrong this time. */
  readonly detail: string;
  /** The HTTP status, or `null` when nothing was answered. */
  readonly status: number | null;
  /** The bad fields: where, which rule, which value. */
  readonly errors: readonly FieldError[];
  /** What one can do about it. */
  readonly recoveryActions: readonly string[];
  /** Whether the same call may succeed later without a change. */
  readonly retriable: boolean;
  /** How long the server asked to wait, in seconds. */
  readonly retryAfterSeconds: number | null;
  /** Names this very request in the server's logs. */
  readonly traceId: string | null;
  /** The problem document as it was sent, or `null` when nothing or something else was answered. */
  readonly problem: Problem | null;

  private constructor(facts: Facts, cause?: unknown) {
    super(`${facts.code}: ${facts.detail}`, { cause });
    this.name = 'SluiceError';
    this.code = facts.code;
    this.title = facts.title;
    this.detail = facts.detail;
    this.status = facts.status;
    this.errors = facts.errors;
    this.recoveryActions = facts.recoveryActions;
    this.retriable = facts.retriable;
    this.retryAfterSeconds = facts.retryAfterSeconds;
    this.traceId = facts.traceId;
    this.problem = facts.problem;
  }

  /** Makes the error of a problem document. */
  static ofProblem(document: Problem, retryAfterSeconds: number | null = null): SluiceError {
    return new SluiceError({ ...document, errors: document.errors ?? [], retryAfterSeconds, problem: document });
  }

  /** Makes an error by its code; title, recovery actions and whether to repeat come from the table it is in. */
  static of(code: ClientErrorCode | ErrorCode, detail: string, origin: Origin = {}): SluiceError {
    const { title, retriable, recoveryActions } = isClientCode(code) ? clientErrors[code] : errors[code];
    return new SluiceError({
      code, title, retriable, recoveryActions, detail, status: origin.status ?? null, errors: origin.errors ?? [],
      retryAfterSeconds: origin.retryAfterSeconds ?? null, traceId: origin.traceId ?? null, problem: null,
    }, origin.cause);
  }

  /** Makes the error of an answer that is no success: its problem document, or what the status alone tells. */
  static ofAnswer(answer: { readonly status: number; readonly text: string; readonly retryAfterSeconds: number | null; readonly traceId?: string }): SluiceError {
    const document = problem.safeParse(parsed(answer.text));
    if (document.success) return SluiceError.ofProblem(document.data, answer.retryAfterSeconds);
    const origin = {
      status: answer.status,
      ...(answer.retryAfterSeconds === null ? {} : { retryAfterSeconds: answer.retryAfterSeconds }),
      ...(answer.traceId === undefined ? {} : { traceId: answer.traceId }),
    };
    return SluiceError.of(codeOfStatus(answer.status), `the server answered ${answer.status} without a problem document`, origin);
  }

  /** Makes the error of a message on the stream, whose code may be that of a newer server. */
  static ofStreamMessage(code: string, detail: string): SluiceError {
    if (isErrorCode(code)) return SluiceError.of(code, detail);
    return new SluiceError({ code, title: detail, detail, status: null, errors: [], recoveryActions: [], retriable: false, retryAfterSeconds: null, traceId: null, problem: null });
  }
}

/** Whether a code is one of the contracts' table. */
export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errors, code);
}

/** Whether a code is one of the client's own. */
export function isClientCode(code: string): code is ClientErrorCode {
  return Object.hasOwn(clientErrors, code);
}

/** Something between us and the server (a proxy, a load balancer) answers without a problem document; the status tells what to do. */
function codeOfStatus(status: number): ErrorCode | ClientErrorCode {
  if (status === 429) return 'rate-limited';
  if (status === 401) return 'unauthenticated';
  if (status === 403) return 'forbidden';
  if (status === 502 || status === 503 || status === 504) return 'unavailable';
  return status >= 500 ? 'internal-error' : 'unexpected-answer';
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
