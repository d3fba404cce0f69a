import type { Report, TargetFacts } from '#contracts/adapter';
import type { OperationOutput } from '#contracts/http/routes';
import type { Sample } from '#contracts/samples';

/** Who speaks for the target: this agent, and the epoch that its claim was given. */
export type Claim = { readonly instance: string; readonly epoch: number };

/** A command with the secret values it names. */
export type WorkItem = OperationOutput<'readCommands'>['items'][number];

/**
 * What the agent needs of the control plane, for one target. Every call may fail with an error that has a `code`: one of the contracts'
 * error codes or of the client's; `claim-superseded` means that another agent speaks for the target now.
 */
export interface ControlPlane {
  /** Speaks for the target from now on. The same instance is given the same epoch again, as long as no other has come between. */
  claim(instance: string): Promise<{ readonly epoch: number; readonly heartbeatSeconds: number }>;
  heartbeat(claim: Claim, facts: TargetFacts): Promise<{ readonly heartbeatSeconds: number; readonly nextSampleSeconds: number }>;
  /** The commands that wait, oldest first. */
  commands(claim: Claim): Promise<readonly WorkItem[]>;
  /** Tells how a command ended; repeating it changes nothing. */
  report(claim: Claim, report: Report): Promise<void>;
  /** At least one and at most 1000; the same second of the same release again replaces it. */
  sendSamples(samples: readonly Sample[]): Promise<{ readonly nextSampleSeconds: number }>;
  /** Calls when commands may wait; only a hint, which may be lost. Ends when the signal aborts. */
  onWork(listener: () => void, signal: AbortSignal): void;
}

/** The code of an error of the control plane; `internal` for any other. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'internal';
}
