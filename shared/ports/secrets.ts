/** What is known of a secret; the value is apart. Times are ISO 8601 UTC. */
export type SecretFacts = { readonly name: string; readonly version: number; readonly createdAt: string; readonly updatedAt: string };

/** A page of a tenant's secrets in the order of their names: those after `after`, with `prefix` only those that begin with it (a range, no search). */
export type SecretQuery = { readonly prefix?: string; readonly limit: number; readonly after?: string };

/** What a write asks for: that the present version is `ifVersion`, and that a secret which is not there begins with `firstVersion` (1). */
export type SecretCondition = { readonly ifVersion?: number | undefined; readonly firstVersion?: number | undefined };

/**
 * Secret values, encrypted with the tenant's data key (AES-256-GCM under a master key). No value ever leaves by another way than `reveal`.
 * Strongly consistent.
 */
export interface Secrets {
  /**
   * Sets a value and answers the facts with the new version, one more than the present.
   * @throws Failure `version-conflict` when there is not the version that the condition names; nothing was changed then
   */
  set(tenant: string, name: string, value: string, at: string, condition?: SecretCondition): Promise<SecretFacts>;
  /** The value that a component is to be given, at its newest version. */
  reveal(tenant: string, name: string): Promise<string | undefined>;
  /** What is known of a secret. */
  facts(tenant: string, name: string): Promise<SecretFacts | undefined>;
  /** How many secrets a tenant has. */
  count(tenant: string): Promise<number>;
  /** The facts of a tenant's secrets by name, those after `after`. */
  list(tenant: string, query: SecretQuery): Promise<readonly SecretFacts[]>;
  /**
   * Removes all versions; answers whether there were any.
   * @throws Failure `version-conflict` when there is another version than the condition names; nothing was changed then
   */
  remove(tenant: string, name: string, condition?: Pick<SecretCondition, 'ifVersion'>): Promise<boolean>;
}
