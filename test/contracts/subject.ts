import { randomUUID } from 'node:crypto';

import { expect } from 'vitest';

import { Failure } from '#contracts/errors';
import type { ErrorCode } from '#contracts/errors';

/** An implementation under test, and how to give back what it stands on. */
export type Subject<Port> = { readonly port: Port; close(): Promise<void> };

/** Opens an implementation for one suite. Suites use tenants of their own, so a store that others use too will do. */
export type OpenSubject<Opened> = () => Promise<Opened>;

/** A tenant that no other test has. */
export function freshTenant(): string {
  return `t-${randomUUID()}`;
}

/** A deployment's id that no other test has. */
export function freshDeployment(): string {
  return `dep-${randomUUID().replaceAll('-', '').slice(0, 26)}`;
}

/** Expects a typed failure by its code. */
export async function expectFailure(work: Promise<unknown>, code: ErrorCode): Promise<Failure> {
  const outcome = await work.then(() => undefined, (error: unknown) => error);
  if (!(outcome instanceof Failure)) throw new Error(`expected the failure ${code}, got ${String(outcome)}`, { cause: outcome });
  expect(outcome.code).toBe(code);
  return outcome;
}
