import * as z from 'zod';

/** What kind of thing went wrong, and how bad it is. */
export const errorType = z.enum(['component', 'deployment', 'configuration', 'infrastructure', 'security']);
export const severity = z.enum(['low', 'medium', 'high', 'critical']);

type ErrorEntry = {
  /** The HTTP status of the problem document. */
  readonly status: number;
  /** The exit code of the command line when a call ends with it. */
  readonly exitCode: number;
  readonly title: string;
  readonly errorType: z.infer<typeof errorType>;
  readonly severity: z.infer<typeof severity>;
  /** Whether the same call may succeed later without a change. */
  readonly retriable: boolean;
  readonly recoveryActions: readonly string[];
};

const client = { errorType: 'configuration', severity: 'low', retriable: false } as const;
const state = { errorType: 'deployment', severity: 'low', retriable: false } as const;
const security = { errorType: 'security', severity: 'medium', retriable: false } as const;
const outage = { errorType: 'infrastructure', severity: 'high', retriable: true } as const;

/**
 * Every error code: its HTTP status, exit code and meaning. Problem documents (RFC 9457), the OpenAPI document, the documentation
 * and the command line's exit codes all derive from this table.
 */
export const errors = {
  'malformed-request': { ...client, status: 400, exitCode: 2, title: 'The request does not fit its schema', recoveryActions: ['Correct the named field; `sluice schema` prints the schemas'] },
  unauthenticated: { ...security, status: 401, exitCode: 3, title: 'No valid key was given', recoveryActions: ['Give a key that is neither revoked nor expired: `Authorization: Bearer KEY`, or SLUICE_KEY for the command line'] },
  forbidden: { ...security, status: 403, exitCode: 4, title: 'The key may not do this', recoveryActions: ['Use a key whose role has the permission', 'Ask a tenant admin for one'] },
  'origin-refused': { ...security, status: 403, exitCode: 4, title: 'The Host or Origin header names another site', recoveryActions: ['Call the server by an address it was started for'] },
  'not-found': { ...client, status: 404, exitCode: 5, title: 'Nothing is found at this path', recoveryActions: ['Look it up with `sluice list`'] },
  'method-not-allowed': { ...client, status: 405, exitCode: 2, title: 'The path does not know this method', recoveryActions: ['See /openapi.json for what it knows'] },
  conflict: { ...state, status: 409, exitCode: 6, title: 'The present state forbids this', recoveryActions: ['See what stands against it, of a deployment with `sluice get deployment ID`', 'Try again when that has changed'] },
  'in-use': { ...state, status: 409, exitCode: 6, title: 'The resource is used by others', recoveryActions: ['Remove or change what uses it first'] },
  'freeze-active': { ...state, status: 409, exitCode: 6, title: 'A freeze forbids changes now', recoveryActions: ['Wait for the end of the freeze'] },
  'already-running': { ...state, status: 409, exitCode: 6, title: 'Another deployment holds a target of this one', recoveryActions: ['Wait for it, or ask with `--if-running queue` or `supersede`'] },
  'version-conflict': { ...state, status: 409, exitCode: 6, retriable: true, title: 'Somebody else changed it at the same time', recoveryActions: ['Read again and repeat'] },
  'idempotency-in-flight': { ...client, status: 409, exitCode: 6, retriable: true, title: 'A request with this idempotency key is still running', recoveryActions: ['Repeat the same request shortly'] },
  'claim-superseded': { ...security, status: 409, exitCode: 6, title: 'A newer agent has claimed this target', recoveryActions: ['Stop one of the two agents'] },
  'precondition-failed': { ...state, status: 412, exitCode: 6, title: 'The version is another than If-Match names', recoveryActions: ['Read again and repeat with the new ETag'] },
  'body-too-large': { ...client, status: 413, exitCode: 2, title: 'The body is larger than allowed', recoveryActions: ['Send less at a time'] },
  'unsupported-media-type': { ...client, status: 415, exitCode: 2, title: 'The body is not JSON', recoveryActions: ['Send `Content-Type: application/json`'] },
  'headers-too-large': { ...client, status: 431, exitCode: 2, title: 'Address and headers are larger than allowed', recoveryActions: ['Send shorter values: a cursor, a key or a filter of ours has at most some hundred characters'] },
  'rule-broken': { ...client, status: 422, exitCode: 7, title: 'The request fits its schema, but breaks a rule', recoveryActions: ['Correct the named field'] },
  'unknown-reference': { ...client, status: 422, exitCode: 7, title: 'The request names something that does not exist', recoveryActions: ['Create what is missing first, or correct its name'] },
  'idempotency-mismatch': { ...client, status: 422, exitCode: 7, title: 'The idempotency key was used with another request', recoveryActions: ['Use a new key for a new request'] },
  'rate-limited': { ...client, status: 429, exitCode: 8, retriable: true, title: 'Too many requests', recoveryActions: ['Wait as long as Retry-After says'] },
  'internal-error': { ...outage, severity: 'critical', status: 500, exitCode: 70, title: 'Something unexpected happened', recoveryActions: ['Report it with the trace id'] },
  unavailable: { ...outage, status: 503, exitCode: 9, title: 'The service cannot answer now', recoveryActions: ['Repeat the request later'] },
  'target-unreachable': { ...outage, errorType: 'infrastructure', status: 503, exitCode: 9, title: 'A target did not answer', recoveryActions: ['See `sluice targets`', 'Start or repair its agent'] },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errors;

/** All error codes, in the order of the table. */
export const errorCodes: readonly ErrorCode[] = Object.keys(errors).filter((code): code is ErrorCode => Object.hasOwn(errors, code));

/** What a failure or a problem document carries beside its code. */
export type FailureDetail = {
  readonly detail: string;
  /** The field, rule and value at fault, for bad input. */
  readonly errors?: readonly FieldError[];
  readonly component?: string;
  /** Facts for people and programs; never a secret. */
  readonly context?: { readonly [name: string]: string | number | boolean | readonly string[] };
  readonly retryAfterSeconds?: number;
  readonly cause?: unknown;
};

/** One bad field: where (dotted path), the rule it broke, and the value as given (shortened; absent for secrets). */
export const fieldError = z.strictObject({ field: z.string(), rule: z.string(), value: z.unknown().optional() });
export type FieldError = z.infer<typeof fieldError>;

/** A typed error: its code leads to all else in the table. Ports and use cases throw it; nothing else is thrown on purpose. */
export class Failure extends Error {
  readonly code: ErrorCode;
  readonly detail: FailureDetail;

  constructor(code: ErrorCode, detail: FailureDetail | string) {
    const full = typeof detail === 'string' ? { detail } : detail;
    super(`${code}: ${full.detail}`, { cause: full.cause });
    this.name = 'Failure';
    this.code = code;
    this.detail = full;
  }

  /** Whether the same call may succeed later without a change. */
  get retriable(): boolean {
    return errors[this.code].retriable;
  }
}

/** An RFC 9457 problem document. */
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
  errorType,
  severity,
  retriable: z.boolean(),
  component: z.string().optional(),
  context: z.record(z.string(), z.unknown()).optional(),
  errors: z.array(fieldError).optional(),
  recoveryActions: z.array(z.string()),
  traceId: z.string(),
});
export type Problem = z.infer<typeof problem>;

/** Where a problem's type is explained: an anchor of the page that every server has. */
export function problemType(code: ErrorCode): string {
  return `/docs#problem-${code}`;
}

/** Writes a failure as a problem document; its cause stays inside. */
export function problemOf(failure: Failure, traceId: string): Problem {
  const { status, title, errorType, severity, retriable, recoveryActions } = errors[failure.code];
  const { detail, component, context, errors: fields } = failure.detail;
  return {
    type: problemType(failure.code), title, status, detail, code: failure.code, errorType, severity, retriable,
    ...(component === undefined ? {} : { component }),
    ...(context === undefined ? {} : { context: { ...context } }),
    ...(fields === undefined ? {} : { errors: [...fields] }),
    recoveryActions: [...recoveryActions],
    traceId,
  };
}
