import type { Role } from '#contracts/roles';
import type { Ports } from '#ports/ports';

/** Who calls: the key, its role, and for an agent its target. */
export type Caller = { readonly tenant: string; readonly keyId: string; readonly keyName: string; readonly role: Role; readonly target: string | null };

/** What a use case is given beside its input. */
export type Context = { readonly ports: Ports; readonly tenant: string; readonly traceId: string };

/** What a use case behind a route is given: also who calls, and the version that If-Match named. */
export type CallContext = Context & { readonly caller: Caller; readonly ifMatchVersion: number | undefined;
  /** The address by which the caller reached us, as `https://host:port`; absent where the engine does not know it. */
  readonly baseUrl?: string };

/** The present instant as ISO 8601 UTC. */
export function nowOf(context: Context): string {
  return new Date(context.ports.clock.now()).toISOString();
}
