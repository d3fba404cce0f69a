import { randomUUID } from 'node:crypto';

import { expect } from 'vitest';

import { Failure } from '#contracts/errors';
import type { ErrorCode } from '#contracts/errors';

/** An implementation under test, and how to give back what it stands on. */
export type Subject<Port> = { readonly port: Port; close(): Promise<void> };

/**
 * An implementation whose stored things are removed when they are old. `now` is the service's own present, in milliseconds since 1970, real or
 * virtual: a suite counts from there, so that nothing is too old before its time.
 */
export type TimedSubject<Port> = Subject<Port> & { now(): number };

/**
 * Opens an implementation for one suite. Suites use tenants, keys and names of their own in each test, never empty anything and never count what
 * is there in all, so one store that other suites use at the same time will do.
 */
export type OpenSubject<Opened> = () => Promise<Opened>;

/** A tenant that no other test has. */
export function freshTenant(): string {
  return `t-${randomUUID()}`;
}

/** A deployment's id that no other test has. */
export function freshDeployment(): string {
  return `dep-${randomUUID().replaceAll('-', '').slice(0, 26)}`;
}

/** Instants from the subject's present on, in seconds, as ISO 8601 UTC. */
export function instantsOf(subject: { now(): number }): (seconds: number) => string {
  const start = subject.now();
  return (seconds) => new Date(start + seconds * 1000).toISOString();
}

/** Expects a typed failure by its code. */
export async function expectFailure(work: Promise<unknown>, code: ErrorCode): Promise<Failure> {
  const outcome = await work.then(() => undefined, (error: unknown) => error);
  if (!(outcome instanceof Failure)) throw new Error(`expected the failure ${code}, got ${String(outcome)}`, { cause: outcome });
  expect(outcome.code).toBe(code);
  return outcome;
}
