/** The read models: what lists show. Each has its indexes; a filter names one of them. Of those in `counted` it is known how many documents each value finds. */
export const readModels = {
  /**
   * Summaries of deployments, newest first by id. One index for each combination of filters, so that each page is read from one place
   * however many deployments there are; the value of a combination is its parts with `/` between, as `shop/production/Succeeded`.
   */
  deployments: { indexes: ['application', 'environment', 'state', 'applicationEnvironment', 'applicationState', 'environmentState', 'applicationEnvironmentState'], counted: [], newestFirst: true },
  /**
   * Resource documents; the key is `plural/name`, for releases `releases/application/name`. Index `kind` is the kind (a release is also found
   * by `Release/application`), `label` the kind and a label as `Kind key=value` (a release also as `Release/application key=value`),
   * `provider` a target's provider, `uses` what a document names by its stream, as `target/edge-1`.
   */
  resources: { indexes: ['kind', 'uses', 'label', 'provider'], counted: ['kind'], newestFirst: false },
  /** Under the tenant `operator` only; the index finds those that were not deleted. */
  tenants: { indexes: ['state'], counted: [], newestFirst: false },
  /** Commands that wait for a target's agent; index `target`, key in order of arrival. */
  commands: { indexes: ['target'], counted: [], newestFirst: false },
  /** Claims and facts of targets. */
  targets: { indexes: [], counted: [], newestFirst: false },
  /**
   * How far the sweep has come: with a tenant's feed (`feed`), among very many deployments (`deployments`), what it found at the
   * targets and where it goes on there (`targets`), and under the tenant `operator` among very
   * many tenants (`sweep`, `expiry`).
   */
  sweep: { indexes: [], counted: [], newestFirst: false },
} as const;

export type ReadModelName = keyof typeof readModels;

/** A document of a read model. `version` orders writes: an older one is ignored. `index` values are those it is found by (a list finds it by each). */
export type ReadModelDocument = { readonly key: string; readonly version: number; readonly index: { readonly [name: string]: string | readonly string[] }; readonly document: unknown };

/** How long the mark of a removed document stays: as long as an event can wait to be delivered, which on AWS is the retention of a queue (14 days). */
export const REMOVED_KEPT_DAYS = 14;

/** A page of a list: keys after `after` in the model's order; with `prefix` only those that begin with it, a range of keys and no search. */
export type ReadModelQuery = { readonly filter?: { readonly index: string; readonly value: string }; readonly prefix?: string; readonly limit: number; readonly after?: string };

/**
 * Documents by tenant, model and key. Written by the projector and by use cases that need no history; may be rebuilt from the streams.
 * `get` knows at once what was written; `list` may lag a moment behind.
 */
export interface ReadModels {
  /** Writes unless a document or the mark of a removed one with the same or a newer version is there; answers whether it wrote. Idempotent. */
  put(tenant: string, model: ReadModelName, document: ReadModelDocument): Promise<boolean>;
  /** As `put`, and also writes where the same version is: for a rebuild, so that readers have the old document until they have the new one. Answers whether it wrote. Idempotent. */
  replace(tenant: string, model: ReadModelName, document: ReadModelDocument): Promise<boolean>;
  /** A document by its key. */
  get(tenant: string, model: ReadModelName, key: string): Promise<ReadModelDocument | undefined>;
  /**
   * Removes a document unless a newer version is there. A mark of the version stays for at least `REMOVED_KEPT_DAYS`, unseen by `get` and
   * `list`, so that a write of the same or an older version that comes late cannot bring the document back; what is not there leaves it too.
   */
  remove(tenant: string, model: ReadModelName, key: string, version: number): Promise<void>;
  /** Takes away a document or its mark as if it had never been: for a rebuild, where no stream makes it. Not idempotent with late writes. */
  erase(tenant: string, model: ReadModelName, key: string): Promise<void>;
  /** How many documents a filter finds; its index is one of those that are counted. Knows at once what was written. */
  count(tenant: string, model: ReadModelName, filter: { readonly index: string; readonly value: string }): Promise<number>;
  /** A page of a model's documents in its order, all of them or those that the filter finds. */
  list(tenant: string, model: ReadModelName, query: ReadModelQuery): Promise<readonly ReadModelDocument[]>;
}
