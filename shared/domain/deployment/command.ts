import type { Actor, Check, DeploymentEvent, DeploymentEventType, Verdict } from '#domain/deployment/events';
import type { Plan } from '#domain/deployment/plan';
import type { DeploymentRequest } from '#domain/deployment/state';

/** A person's act: who, when (ISO 8601 UTC), and what they said. */
export type PersonsAct = { readonly by: Actor; readonly at: string; readonly comment?: string | undefined };

/** A person's act on the step they mean; without a step it means the present one. */
export type StepAct = PersonsAct & { readonly step?: string | undefined };

/** What can be asked of a deployment. `at` is ISO 8601 UTC. */
export type DeploymentCommand =
  | { readonly type: 'Request'; readonly request: DeploymentRequest; readonly at: string }
  | { readonly type: 'Queue'; readonly behind: readonly string[]; readonly at: string }
  | { readonly type: 'RecordPlan'; readonly plan: Plan; readonly stored: { readonly digest: string } | null; readonly environmentVersion: number; readonly reason: string; readonly at: string }
  | { readonly type: 'RecordValidation'; readonly phase: 'before' | 'after'; readonly checks: readonly Check[]; readonly at: string }
  | { readonly type: 'Advance'; readonly at: string }
  | { readonly type: 'Dispatch'; readonly step: string; readonly at: string }
  | { readonly type: 'StartWait'; readonly step: string; readonly at: string }
  | { readonly type: 'Report'; readonly command: string; readonly outcome: 'succeeded' | 'failed'; readonly reason: string; readonly at: string }
  | { readonly type: 'EndWait'; readonly step: string; readonly at: string }
  | { readonly type: 'RecordVerdict'; readonly step: string | null; readonly run: number; readonly verdict: Verdict; readonly reason: string; readonly onInconclusive: 'pause' | 'rollBack'; readonly at: string }
  | { readonly type: 'LoseHealth'; readonly target: string; readonly component: string; readonly reason: string; readonly at: string }
  | ({ readonly type: 'Pause' } & PersonsAct)
  | ({ readonly type: 'Resume' } & PersonsAct)
  | ({ readonly type: 'Promote'; readonly full: boolean } & StepAct)
  | ({ readonly type: 'Approve' } & StepAct)
  | ({ readonly type: 'Deny' } & StepAct)
  | ({ readonly type: 'Abort'; readonly cause: 'aborted' | 'superseded' } & PersonsAct)
  | ({ readonly type: 'Abandon' } & PersonsAct)
  | { readonly type: 'HoldForFreeze'; readonly freeze: string; readonly until: string; readonly at: string }
  | { readonly type: 'EndFreeze'; readonly at: string }
  | { readonly type: 'BeginRollback'; readonly error: string | null; readonly at: string }
  | { readonly type: 'Conclude'; readonly at: string }
  | { readonly type: 'FinishCleanup'; readonly outcome: 'done' | 'takenOver' | 'failed'; readonly reason: string; readonly at: string };

type PayloadOf<Type extends DeploymentEventType> = Extract<DeploymentEvent, { type: Type }>['payload'];

/** Makes an event of its type, payload and time. */
export function happened<Type extends DeploymentEventType>(type: Type, payload: PayloadOf<Type>, at: string): DeploymentEvent {
  return { type, payload, at } as DeploymentEvent;
}

/** A reason in words, with what the person said. */
export function said(words: string, act: PersonsAct): string {
  return act.comment === undefined || act.comment === '' ? `${words} by ${act.by.name}` : `${words} by ${act.by.name}: ${act.comment}`;
}
