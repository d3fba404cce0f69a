import type { AdapterAnswer, Command, ComponentHealth, SecretValues, SideSpec } from '#contracts/adapter';
import type { TargetAdapter } from '#ports/target-adapter';
import { advanceApply, answerOf, beginApply } from '#agent/component/apply';
import { answerCheck } from '#agent/component/answer-check';
import { commandProblems } from '#agent/component/check-command';
import { healthOf } from '#agent/component/health-view';
import type { Machine } from '#agent/component/machine';
import type { SupervisedComponent } from '#agent/component/supervised-component';
import { Supervisor } from '#agent/component/supervisor';
import { verifyCommand } from '#agent/component/verify-command';
import { fingerprintOf } from '#agent/processes/side-record';
import { Fences } from '#agent/state/fences';
import { Outcomes } from '#agent/state/outcomes';

/**
 * A machine without an orchestrator as a target: a release's components as supervised processes, those that take traffic behind a weighted
 * proxy. What it does outlives it: processes and proxies are detached, and what is wanted is on disk.
 */
export class ProcessAdapter implements TargetAdapter {
  readonly #machine: Machine;
  readonly #supervisor: Supervisor;
  readonly #fences: Fences;
  readonly #outcomes: Outcomes;

  constructor(machine: Machine) {
    machine.state.create();
    this.#machine = machine;
    this.#supervisor = new Supervisor(machine);
    this.#fences = new Fences(machine.state.file('fences'));
    this.#outcomes = new Outcomes(machine.state.file('outcomes'));
  }

  get components(): readonly SupervisedComponent[] {
    return this.#supervisor.components;
  }

  /** Whether nothing of any release runs here, nor a proxy. */
  get isIdle(): boolean {
    return this.components.every((one) => one.instances.all.length === 0 && one.proxies.records.length === 0);
  }

  /** The highest generation that this target has seen of each application. */
  get generations(): { readonly [application: string]: number } {
    return this.#fences.all;
  }

  /** Takes over what runs, and supervises it from now on. */
  start(): void {
    this.#supervisor.start();
  }

  /** Stops supervising; everything goes on running. */
  stop(): Promise<void> {
    return this.#supervisor.stop();
  }

  async perform(command: Command, secrets: SecretValues): Promise<AdapterAnswer> {
    if (command.target !== this.#machine.target) return { state: 'failed', reason: `this is the agent of target ${this.#machine.target}, not of ${command.target}` };
    switch (command.verb) {
      case 'check': return await answerCheck(this.#machine, command, { secrets, components: this.components });
      case 'apply': return this.#fenced(command) ?? await this.#apply(command, secrets);
      case 'verify': return this.#fenced(command) ?? await verifyCommand(this.#supervisor.component(command.application, command.component), command, this.#machine.listenHost);
    }
  }

  observe(): Promise<readonly ComponentHealth[]> {
    return Promise.resolve(this.components.flatMap(({ record, instances, shares }) => healthOf(record, instances.all.map((one) => ({
      side: one.record.side, release: one.record.release, ready: one.ready, failed: one.failed, stopping: one.stopping, reason: one.reason,
    })), shares)));
  }

  async #apply(command: Command, secrets: SecretValues): Promise<AdapterAnswer> {
    const known = this.#outcomes.get(command.id);
    if (known !== undefined) return { state: known.state === 'done' ? 'done' : 'failed', reason: known.reason };
    const late = this.#machine.now() > Date.parse(command.deadline);
    const component = this.#supervisor.open(command.application, command.component);
    this.#fences.raise(command.application, command.generation);
    if (component.record.pending?.command !== command.id) {
      if (late) return { state: 'failed', reason: 'came after its deadline; nothing was done' };
      // What runs already is not asked for again: a file that has changed since its start does not keep anyone from going back to it.
      const sides = sidesIn(command).filter((side) => component.instances.ofSide(fingerprintOf(side)).length < side.replicas);
      const problems = await commandProblems(this.#machine, command, { secrets, sides, components: this.components });
      if (problems.length > 0) return { state: 'failed', reason: shortened(problems.join('; ')) };
      // While the problems were looked for, a newer command may have come.
      const fenced = this.#fenced(command);
      if (fenced !== undefined) return fenced;
      this.#replace(component, command);
      beginApply(component, command, secrets);
    }
    const progress = advanceApply(component, late);
    if (progress.state === 'done') this.#outcomes.set(command.id, { state: 'done', reason: progress.reason });
    return answerOf({ ...progress, reason: shortened(progress.reason) });
  }

  /** A command that is still on its way gives way to a later one, for good: asked about again, it does not come back. */
  #replace(component: SupervisedComponent, command: Command): void {
    const before = component.record.pending;
    if (before !== null) this.#outcomes.set(before.command, { state: 'replaced', reason: `was replaced by the command ${command.id}` });
  }

  #fenced(command: Command): AdapterAnswer | undefined {
    const seen = this.#fences.seen(command.application);
    if (command.generation >= seen) return undefined;
    return { state: 'failed', superseded: true, reason: `generation ${command.generation} is older than ${seen}, which this target has seen for ${command.application}; nothing was done` };
  }
}

/** The sides of a command of which something is to run. */
function sidesIn(command: Command): readonly SideSpec[] {
  return [command.desired.new, command.desired.stable].filter((side) => side !== null).filter((side) => side.replicas > 0);
}

/** A report's reason has at most 2000 characters. */
function shortened(reason: string): string {
  return reason.length <= 2000 ? reason : `${reason.slice(0, 1999)}…`;
}
