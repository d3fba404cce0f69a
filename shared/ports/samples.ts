import type { Sample } from '#contracts/samples';

/** The samples of targets, per second; kept for a day. */
export interface Samples {
  /** Writes samples; the same target, application, component, release and second again replaces. */
  write(tenant: string, target: string, samples: readonly Sample[]): Promise<void>;
  /** The samples of an application on a target in [fromSecond, toSecond), any release, in no promised order. What was written can be read at once. */
  read(tenant: string, query: { readonly target: string; readonly application: string; readonly fromSecond: number; readonly toSecond: number }): Promise<readonly Sample[]>;
  /** Removes what is older than `beforeSecond`, of all tenants, and answers how many. A store that removes by itself after a day may do nothing and answer 0. */
  expire(beforeSecond: number): Promise<number>;
}
