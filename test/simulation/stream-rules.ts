import type { DeploymentEvent } from '#domain/deployment/events';
import { TERMINAL_EVENTS } from '#domain/deployment/events';
import { changesTraffic } from '#domain/deployment/plan';
import type { Plan, PlanStep } from '#domain/deployment/plan';

import type { InvariantName } from './broken-invariant.ts';

type Dispatched = { readonly attempt: number; readonly commands: readonly string[] };

/** The events that may be in a stream once only. */
const ONCE = new Set<DeploymentEvent['type']>(['DeploymentRequested', 'DeploymentPlanned', 'RollbackStarted', 'AbortRequested', 'CleanupFinished', 'PromotedFully', 'DeploymentAbandoned']);
const TERMINAL: ReadonlySet<string> = new Set(TERMINAL_EVENTS);

/** What is wrong with an event, and which invariant that breaks. */
type Fault = { readonly invariant: InvariantName; readonly detail: string };

/**
 * What the stream of one deployment may hold, told by the events alone: it knows nothing of `decide` and `evolve`, so that a mistake
 * there is none here.
 */
export class StreamRules {
  plan: Plan | undefined;
  end: string | undefined;
  isGoingBack = false;
  readonly #seen = new Set<string>();
  readonly #steps = new Map<string, PlanStep>();
  readonly #forward: string[] = [];
  readonly #back = new Set<string>();
  readonly #open = new Map<string, Dispatched>();
  readonly #attempts = new Map<string, number>();
  readonly #reports = new Map<string, string>();
  readonly #over = new Set<string>();
  readonly #approvers = new Map<string, Set<string>>();
  #isHeld = false;
  #mustGoBack = false;

  /** Steps that were dispatched and of which no end is in the stream. */
  get openSteps(): readonly string[] {
    return [...this.#open.keys()];
  }

  /** What is wrong with the next event of the stream. */
  take(event: DeploymentEvent): readonly Fault[] {
    const faults = [...this.#onceOnly(event), ...this.#afterEnd(event), ...this.#ofType(event)];
    if (TERMINAL.has(event.type)) this.end = event.type;
    return faults;
  }

  #onceOnly({ type }: DeploymentEvent): readonly Fault[] {
    if (!ONCE.has(type)) return [];
    const again = this.#seen.has(type);
    this.#seen.add(type);
    return again ? [{ invariant: 'nothing doubled', detail: `${type} is in the stream twice` }] : [];
  }

  #afterEnd({ type, payload }: DeploymentEvent): readonly Fault[] {
    if (this.end === undefined) return [];
    const isCleanup = type === 'CleanupFinished' || (type === 'CommandReported' && payload.command.includes('/cleanup')) || ((type === 'StepDispatched' || type === 'StepSucceeded') && payload.step === 'cleanup');
    return isCleanup && this.end === 'DeploymentSucceeded' ? [] : [{ invariant: 'terminal is final', detail: `${type} came after ${this.end}` }];
  }

  #ofType(event: DeploymentEvent): readonly Fault[] {
    switch (event.type) {
      case 'DeploymentPlanned':
        return 'digest' in event.payload.plan ? [] : this.#planned(event.payload.plan);
      case 'StepDispatched':
        return this.#dispatched(event.payload);
      case 'CommandReported':
        return this.#reported(event.payload.command, event.payload.outcome);
      case 'StepSucceeded': case 'StepSkipped': case 'StepFailed': case 'RollbackStepFailed':
        return this.#stepEnded(event);
      case 'ApprovalGiven':
        return this.#approved(event.payload.step, event.payload.by.id);
      case 'DeploymentPaused':
        this.#isHeld = true;
        return [];
      case 'DeploymentResumed':
        this.#isHeld = false;
        return [];
      case 'ApprovalDenied': case 'AbortRequested':
        this.#mustGoBack = true;
        return [];
      case 'ValidationFinished':
        this.#mustGoBack ||= !event.payload.passed;
        return [];
      case 'RollbackStarted':
        return this.#goesBack(event.payload.steps);
      case 'CleanupFinished':
        this.#open.clear();
        return [];
      case 'DeploymentSucceeded':
        return this.#succeeded();
      default:
        return [];
    }
  }

  #planned(plan: Plan): readonly Fault[] {
    this.plan = plan;
    for (const step of plan.steps) {
      this.#forward.push(step.id);
      this.#steps.set(step.id, step);
    }
    if (plan.cleanup !== null) this.#steps.set(plan.cleanup.step.id, plan.cleanup.step);
    return plan.steps.filter((step) => 'weightPercent' in step && !isShare(step.weightPercent)).map((step) => ({ invariant: 'weight', detail: `the step ${step.id} has an impossible weight` }));
  }

  #dispatched({ step, attempt, commands }: Extract<DeploymentEvent, { type: 'StepDispatched' }>['payload']): readonly Fault[] {
    const faults: Fault[] = [];
    if (this.#open.has(step) || attempt !== (this.#attempts.get(step) ?? 0) + 1) faults.push({ invariant: 'nothing doubled', detail: `${step} was dispatched as attempt ${attempt} although it ${this.#open.has(step) ? 'was under way' : `had ${this.#attempts.get(step) ?? 0} before`}` });
    this.#attempts.set(step, attempt);
    this.#open.set(step, { attempt, commands: commands.map((one) => one.id) });
    const planned = this.#steps.get(step);
    if (this.isGoingBack !== this.#back.has(step) && step !== 'cleanup') faults.push({ invariant: 'weight', detail: `${step} was dispatched ${this.isGoingBack ? 'while it goes back' : 'although it does not go back'}` });
    if (this.#back.has(step) || step === 'cleanup') return faults;
    const missing = this.#forward.slice(0, this.#forward.indexOf(step)).filter((one) => !this.#over.has(one));
    if (planned === undefined || missing.length > 0) faults.push({ invariant: 'lawful steps', detail: `${step} was dispatched before ${missing.join(', ') || 'it was planned'}` });
    if (this.#mustGoBack) faults.push({ invariant: 'lawful steps', detail: `${step} was dispatched although the deployment must go back` });
    if (this.#isHeld && planned !== undefined && changesTraffic(planned)) faults.push({ invariant: 'lawful steps', detail: `${step} changes traffic and was dispatched while the deployment was held` });
    return faults;
  }

  #reported(command: string, outcome: string): readonly Fault[] {
    const isKnown = [...this.#open.values()].some((one) => one.commands.includes(command));
    const isSecond = this.#reports.has(command);
    this.#reports.set(command, outcome);
    if (isSecond) return [{ invariant: 'nothing doubled', detail: `the report of ${command} is in the stream twice` }];
    return isKnown ? [] : [{ invariant: 'lawful steps', detail: `${command} was reported, and no step of it is under way` }];
  }

  #stepEnded({ type, payload }: Extract<DeploymentEvent, { type: 'StepSucceeded' | 'StepSkipped' | 'StepFailed' | 'RollbackStepFailed' }>): readonly Fault[] {
    const { step } = payload;
    const dispatched = this.#open.get(step);
    this.#open.delete(step);
    if (type === 'StepFailed') this.#mustGoBack = true;
    if (type === 'StepFailed' || type === 'RollbackStepFailed') return [];
    const faults: Fault[] = [];
    if (this.#over.has(step)) faults.push({ invariant: 'nothing doubled', detail: `${step} ended twice` });
    this.#over.add(step);
    const unreported = dispatched?.commands.filter((one) => this.#reports.get(one) !== 'succeeded') ?? [];
    if (unreported.length > 0) faults.push({ invariant: 'lawful steps', detail: `${step} succeeded although ${unreported.join(', ')} did not` });
    const planned = this.#steps.get(step);
    if (planned?.kind === 'approve' && (this.#approvers.get(step)?.size ?? 0) < planned.approval.required) faults.push({ invariant: 'lawful steps', detail: `${step} was passed with too few approvals` });
    return faults;
  }

  #approved(step: string, by: string): readonly Fault[] {
    const approvers = this.#approvers.get(step) ?? new Set();
    this.#approvers.set(step, approvers);
    const again = approvers.has(by);
    approvers.add(by);
    return again ? [{ invariant: 'lawful steps', detail: `${by} approved ${step} twice` }] : [];
  }

  #goesBack(steps: readonly PlanStep[]): readonly Fault[] {
    this.isGoingBack = true;
    this.#isHeld = false;
    // What was under way has ended with it.
    this.#open.clear();
    for (const step of steps) {
      this.#back.add(step.id);
      this.#steps.set(step.id, step);
    }
    return steps.filter((step) => 'weightPercent' in step && step.weightPercent !== 0).map((step) => ({ invariant: 'weight', detail: `the way back has the step ${step.id}, which leaves traffic on the new release` }));
  }

  #succeeded(): readonly Fault[] {
    const missing = this.#forward.filter((one) => !this.#over.has(one));
    if (this.isGoingBack || this.#mustGoBack) return [{ invariant: 'lawful steps', detail: 'it succeeded although it had to go back' }];
    return missing.length > 0 ? [{ invariant: 'lawful steps', detail: `it succeeded although ${missing.join(', ')} had not ended` }] : [];
  }
}

/** Whether a number is a share of traffic. */
export function isShare(weightPercent: number): boolean {
  return Number.isInteger(weightPercent) && weightPercent >= 0 && weightPercent <= 100;
}
