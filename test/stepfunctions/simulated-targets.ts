import type { MachineTask } from '#contracts/functions';
import { answerTo, gateOf, nextOf } from '#domain/deployment/answers';
import type { DeploymentCommand } from '#domain/deployment/command';
import type { DeploymentEvent } from '#domain/deployment/events';
import type { Plan } from '#domain/deployment/plan';
import { isTerminal, stepOf } from '#domain/deployment/state';
import type { DeploymentState } from '#domain/deployment/state';
import type { Signal } from '#standalone/asl/protocol';
import type { Json } from '#stepfunctions/language';

import { ann, bob, cem, ID, planned, stateOf, told } from '../domain/deployment/story.ts';
import type { Story } from '../domain/deployment/story.ts';

/** What targets and people do: whether a command succeeds, what an analysis says, whether somebody answers. */
export type Behaviour = {
  readonly report?: (command: string) => 'succeeded' | 'failed' | 'silent';
  readonly verdict?: 'Successful' | 'Failed';
  readonly isAnswered?: boolean;
  /** Something that comes in between, each time a task is about to be done: before it has read anything. */
  readonly before?: (task: MachineTask, step: string, targets: SimulatedTargets) => void;
};

type Payload = { readonly deployment: string; readonly step?: string; readonly token?: string; readonly error?: string | null };

/** A deployment whose tasks are done by the domain alone, with targets that report after a second and people who answer after five. */
export class SimulatedTargets {
  readonly id = ID;
  now = Date.UTC(2030, 0, 1, 13);
  story: Story;
  readonly #behaviour: Behaviour;
  readonly #parked = new Map<string, string>();
  #happenings: { readonly at: number; readonly command: DeploymentCommand }[] = [];

  constructor(plan: Plan, behaviour: Behaviour = {}) {
    this.story = planned(plan);
    this.#behaviour = behaviour;
  }

  get state(): DeploymentState {
    return stateOf(this.story);
  }

  /** The instant as the domain writes it. */
  get at(): string {
    return new Date(this.now).toISOString();
  }

  /** Asks the domain for something, and answers what followed. */
  ask(command: DeploymentCommand): readonly DeploymentEvent[] {
    const before = this.story.length;
    this.story = told(this.story, command);
    return this.story.slice(before);
  }

  /** Lets something happen so many seconds from now. */
  later(seconds: number, command: DeploymentCommand): void {
    const at = this.now + seconds * 1000;
    this.#happenings.push({ at, command: { ...command, at: new Date(at).toISOString() } });
  }

  nextHappening(): number {
    return Math.min(Infinity, ...this.#happenings.map((one) => one.at));
  }

  /** Does what comes next. What the domain refuses by then came too late. */
  happen(): void {
    const [next] = this.#happenings.toSorted((one, other) => one.at - other.at);
    if (next === undefined) return;
    this.#happenings = this.#happenings.filter((one) => one !== next);
    this.now = Math.max(this.now, next.at);
    if (!isTerminal(this.state)) this.ask(next.command);
  }

  /** Does a task; `undefined` while it waits. */
  work(task: MachineTask, payload: Payload, taskId: string): Json | undefined {
    const { step = '', error = null } = payload;
    const { at } = this;
    this.#behaviour.before?.(task, step, this);
    switch (task) {
      case 'validate-deployment':
        this.ask({ type: 'RecordValidation', phase: 'before', checks: [{ check: 'schema', outcome: 'passed', reason: 'fits' }], at });
        return { outcome: this.state.ending === null ? 'continue' : 'rollBack', reason: this.state.reason };
      case 'next-step':
        while (this.ask({ type: 'Advance', at }).length > 0);
        return nextOf(this.state);
      case 'enter-gate':
        return this.#park(gateOf(step), taskId);
      case 'dispatch-step':
        for (const event of this.ask({ type: 'Dispatch', step, at })) this.#carryOut(event);
        return this.#park(step, taskId);
      case 'start-wait':
        this.ask({ type: 'StartWait', step, at });
        this.#endWait(step);
        return this.#park(step, taskId);
      case 'begin-rollback':
        this.ask({ type: 'BeginRollback', error, at });
        return { steps: this.state.steps.filter((one) => one.phase === 'rollback').length };
      case 'conclude-deployment':
        this.ask({ type: 'Conclude', at });
        return { state: this.state.name, ended: isTerminal(this.state) };
    }
  }

  /** The signals for all parked tokens whose wait is over. */
  resumed(): readonly Signal[] {
    const { state } = this;
    return [...this.#parked].flatMap(([wait, taskId]): readonly Signal[] => {
      const answer = answerTo(state, wait);
      if (answer === undefined) return [];
      this.#parked.delete(wait);
      return [{ type: 'taskSucceeded', taskId, output: answer }];
    });
  }

  abandon(taskId: string): void {
    for (const [wait, parked] of this.#parked) if (parked === taskId) this.#parked.delete(wait);
  }

  #park(wait: string, taskId: string): undefined {
    this.#parked.set(wait, taskId);
  }

  #carryOut(event: DeploymentEvent): void {
    if (event.type !== 'StepDispatched') return;
    for (const { id } of event.payload.commands) {
      const outcome = this.#behaviour.report?.(id) ?? 'succeeded';
      if (outcome !== 'silent') this.later(1, { type: 'Report', command: id, outcome, reason: outcome, at: this.at });
    }
  }

  #endWait(step: string): void {
    const progress = stepOf(this.state, step);
    if (progress === undefined) return;
    const { at } = this;
    const { isAnswered = true, verdict = 'Successful' } = this.#behaviour;
    if (progress.until !== null) this.later((Date.parse(progress.until) - this.now) / 1000, { type: 'EndWait', step, at });
    if (progress.step.kind === 'analyse') this.later(10, { type: 'RecordVerdict', step, run: 1, verdict, reason: 'so it is', onInconclusive: 'pause', at });
    if (progress.step.kind === 'pause' && progress.until === null) this.later(5, { type: 'Promote', full: false, step, by: ann, at });
    if (progress.step.kind === 'approve' && isAnswered) [ann, bob, cem].slice(0, progress.step.approval.required).forEach((by) => this.later(5, { type: 'Approve', step, by, at }));
  }
}
