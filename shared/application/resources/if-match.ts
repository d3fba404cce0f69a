import { Failure } from '#contracts/errors';

/**
 * Holds a call to the version that its If-Match named; without one nothing is asked. `presentVersion` is `undefined` for what is not there.
 * @throws Failure `precondition-failed`
 */
export function requireVersion(context: { readonly ifMatchVersion?: number | undefined }, presentVersion: number | undefined): void {
  const { ifMatchVersion } = context;
  if (ifMatchVersion === undefined || ifMatchVersion === presentVersion) return;
  const detail = presentVersion === undefined ? `there is none to replace, so none has the version ${ifMatchVersion}` : `the present version is ${presentVersion}, not ${ifMatchVersion}`;
  throw new Failure('precondition-failed', { detail, context: presentVersion === undefined ? { ifMatchVersion } : { ifMatchVersion, presentVersion } });
}
