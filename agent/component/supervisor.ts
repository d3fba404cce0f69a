import type { Machine } from '#agent/component/machine';
import { componentRecord } from '#agent/component/placement';
import { newComponentRecord, SupervisedComponent } from '#agent/component/supervised-component';
import { readJsonFile } from '#agent/state/json-file';

/** Every component is looked at five times a second: a crashed process is noticed, and a ready one used, within 0.2 s. */
const STEP_MILLISECONDS = 200;

/** All components of this machine, each kept as its record says. */
export class Supervisor {
  readonly #machine: Machine;
  readonly #components = new Map<string, SupervisedComponent>();
  readonly #troubles = new Map<string, string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  get components(): readonly SupervisedComponent[] {
    return [...this.#components.values()];
  }

  /** Takes over what the agent before this one left running, and keeps it from now on. */
  start(): void {
    for (const { application, component } of this.#machine.state.components()) {
      const record = readJsonFile(this.#machine.state.component(application, component).record, componentRecord);
      if (record !== undefined) this.#components.set(`${application}/${component}`, new SupervisedComponent(this.#machine, record));
    }
    this.#timer = setInterval(() => { for (const one of this.#components.values()) void this.#step(one); }, STEP_MILLISECONDS);
  }

  /** Stops looking; everything goes on running. Resolves when nothing is being changed any more. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.components.map((one) => one.rest()));
  }

  component(application: string, component: string): SupervisedComponent | undefined {
    return this.#components.get(`${application}/${component}`);
  }

  /** The component, made when it is new here. */
  open(application: string, component: string): SupervisedComponent {
    const known = this.component(application, component);
    if (known !== undefined) return known;
    const fresh = new SupervisedComponent(this.#machine, newComponentRecord(application, component));
    this.#components.set(`${application}/${component}`, fresh);
    return fresh;
  }

  /** One step. What goes wrong in it (a full disk, a broken record) is told once, and tried again with the next. */
  async #step(component: SupervisedComponent): Promise<void> {
    const name = `${component.record.application}/${component.record.component}`;
    try {
      await component.step();
      this.#troubles.delete(name);
    } catch (error) {
      const trouble = error instanceof Error ? error.message : String(error);
      if (this.#troubles.get(name) !== trouble) this.#machine.tell(`${name}: ${trouble}`);
      this.#troubles.set(name, trouble);
    }
  }
}
