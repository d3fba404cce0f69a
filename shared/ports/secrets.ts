/** What is known of a secret; the value is apart. Times are ISO 8601 UTC. */
export type SecretFacts = { readonly name: string; readonly version: number; readonly createdAt: string; readonly updatedAt: string };

/**
 * Secret values, encrypted with the tenant's data key (AES-256-GCM under a master key). No value ever leaves by another way than `reveal`.
 */
export interface Secrets {
  /** Sets a value and answers the facts with the new version. */
  set(tenant: string, name: string, value: string, at: string): Promise<SecretFacts>;
  /** The value that a component is to be given, at its newest version. */
  reveal(tenant: string, name: string): Promise<string | undefined>;
  facts(tenant: string, name: string): Promise<SecretFacts | undefined>;
  list(tenant: string, page: { readonly limit: number; readonly after?: string }): Promise<readonly SecretFacts[]>;
  /** Removes all versions; answers whether there were any. */
  remove(tenant: string, name: string): Promise<boolean>;
}
