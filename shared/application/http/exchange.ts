import type { HttpMetrics } from '#application/http/http-metrics';
import type { Cursors } from '#application/http/cursor';
import type { Ports } from '#ports/ports';
import { sampleRate, tenantRate } from '#contracts/rates';
import type { RateLimit, RateLimits } from '#ports/rate-limit';

/** Headers by their lower-case names. */
export type HttpHeaders = { readonly [name: string]: string | undefined };

/** A request as any engine can hand it over. */
export type HttpRequest = {
  readonly method: string;
  /** As it was sent: percent-encoded, without the query. */
  readonly path: string;
  /** As it was sent, without the question mark. */
  readonly query: string;
  readonly headers: HttpHeaders;
  /** Reads the body, once and only when it is needed, so that nobody without a key makes us hold one. */
  readonly readBody: (maximumBytes: number) => Promise<Uint8Array | 'too-large'>;
  readonly clientAddress: string;
  /** The address by which the caller reached us, as `https://host:port`; absent where the engine does not know it. */
  readonly baseUrl?: string;
  /** The trace that the engine has begun; else it is taken from `traceparent` or made. */
  readonly traceId?: string;
};

/** An answer; an empty body is none. */
export type HttpAnswer = { readonly status: number; readonly headers: { readonly [name: string]: string }; readonly body: string };

/** The bounds of the outside. */
export type HttpSettings = {
  readonly maximumBodyBytes: number;
  readonly keyRate: RateLimit;
  readonly tenantRate: RateLimit;
  /** How many samples a tenant may send. */
  readonly sampleRate: RateLimit;
  /** How often an address may come with a wrong key. */
  readonly guessRate: RateLimit;
  /** Whether each answer is checked against its schema, and each problem against its route; costs time, finds what must not leave and what the table forgot. */
  readonly verifyAnswers: boolean;
};

/**
 * 1 MiB holds 1000 samples of about 100 latency buckets each, the largest body in use. A hundred wrong keys at once and one per second after
 * that lock out no office behind one address with a mistyped key in a loop, and leave a guesser 2^47 s for the weakest key that a person may
 * choose (8 characters, 48 bits).
 */
export const defaultHttpSettings: HttpSettings = {
  maximumBodyBytes: 1_048_576,
  keyRate: { burst: 200, perSecond: 50 },
  tenantRate,
  sampleRate,
  guessRate: { burst: 100, perSecond: 1 },
  verifyAnswers: false,
};

/** Something that no use case expected, for the operator's log; it may hold what no caller may see. */
export type Unexpected = { readonly error: unknown; readonly traceId: string; readonly operation: string };

/** Everything that the handling of requests needs beside the use cases. */
export type Outside = {
  readonly ports: Ports;
  readonly rateLimits: RateLimits;
  /** Buckets that all processes of the system share, for what costs more than a request. */
  readonly sharedRateLimits: RateLimits;
  readonly cursors: Cursors;
  readonly metrics: HttpMetrics;
  readonly settings: HttpSettings;
  readonly report: (unexpected: Unexpected) => void;
};
