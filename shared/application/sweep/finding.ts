import type { Context } from '#application/context';
import type { LoadedDeployment } from '#application/deployments/load-deployment';

/** What the sweep found to be other than it should be: what kind of thing, on which stream, and whether it is as it should be now. */
export type Finding = { readonly kind: string; readonly subject: string; readonly repaired: boolean; readonly reason: string };

/** What a comparison tells when something was not as it should be: it is now, and why it was not. */
export type Repair = Pick<Finding, 'repaired' | 'reason'>;

/** One comparison for one deployment: repairs what it finds and tells; `undefined` when all is as it should be. */
export type DeploymentCheck = { readonly kind: string; readonly run: (context: Context, loaded: LoadedDeployment) => Promise<Repair | undefined> };

/** Looks at one thing and keeps what came of it, also when it failed; answers the error then. */
export type Attempt = (about: Pick<Finding, 'kind' | 'subject'>, look: () => Promise<Repair | undefined>) => Promise<unknown>;

/**
 * What happened within so many seconds is left alone: the ordinary way of things takes a second, and with a cold start and a repeated
 * delivery about ten; three times that is nobody's turn any more but the sweep's.
 */
export const GRACE_SECONDS = 30;

/** Whether something happened (ISO 8601 UTC) long enough ago to be the sweep's. */
export function isPastGrace(context: Context, at: string): boolean {
  return context.ports.clock.now() - Date.parse(at) >= GRACE_SECONDS * 1000;
}
