import type { DeploymentState } from '#domain/deployment/state';

import type { StreamRules } from './stream-rules.ts';

/** A deployment as its stream has told it so far. */
export type Known = {
  readonly tenant: string;
  readonly id: string;
  readonly rules: StreamRules;
  state: DeploymentState;
  version: number;
  /** What a read model has to show of each version, as JSON. */
  readonly summaries: string[];
};
