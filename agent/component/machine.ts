import type { ResourceAmounts } from '#contracts/adapter';
import type { LogLimits } from '#agent/processes/log-rotation';
import type { AllowList } from '#agent/processes/allow-list';
import type { StateFolder } from '#agent/state/state-folder';

/** The machine that an agent serves, and what the agent may do there. */
export type Machine = {
  readonly target: string;
  readonly state: StateFolder;
  readonly allow: AllowList;
  /** What the machine has for all that runs on it. */
  readonly capacity: ResourceAmounts;
  /** The agent's own environment, of which processes get a few variables; its PATH is where bare names are looked up. */
  readonly environment: NodeJS.ProcessEnv;
  /** The address on which proxies listen. */
  readonly listenHost: string;
  readonly logLimits: LogLimits;
  /** The version of this agent and its proxies. */
  readonly version: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Tells the operator of the agent something, one line at a time. */
  readonly tell: (line: string) => void;
  /** Ports that instances were given, so that none is given twice. */
  readonly takenPorts: Set<number>;
};
