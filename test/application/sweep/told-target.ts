import type { Command, ComponentHealth, DesiredState, TargetFacts } from '#contracts/adapter';
import { takesTraffic } from '#domain/resources/application';

import type { SimulatedSystem } from '../simulated-system.ts';

/** A target that does what it is told, tells what it serves as an agent does, and can be broken behind everybody's back. */
export class ToldTarget {
  /** What serves, by component. */
  serving = new Map<string, DesiredState>();
  seen: { [application: string]: number } = {};
  /** What it did, as `web of 1.1.0 at 25 % under 3`. */
  readonly did: string[] = [];
  /** Whether it does what it is told; if not, it says that it failed. */
  obeys = true;
  /** Whether it tells shares and generations, as no agent of an earlier version does. */
  tellsAll = true;

  constructor(system: SimulatedSystem) {
    system.answering = (command) => this.#answer(command);
    system.telling = () => this.#tell();
  }

  /** What it was told by the sweep, and did. */
  get repairs(): readonly string[] {
    return this.did.filter((one) => one.includes('/sweep-')).map((one) => one.split(' of ')[1] ?? '');
  }

  /** As after a restore of its state from an old copy. */
  goBackTo(serving: Map<string, DesiredState>, generation: number): void {
    this.serving = new Map(serving);
    this.seen = { shop: generation };
  }

  #answer({ id, verb, component, generation, application, desired }: Command): 'done' | 'failed' {
    // The system says for it that it has seen a higher generation.
    if (verb !== 'apply' || generation < (this.seen[application] ?? 0)) return 'done';
    if (!this.obeys) return 'failed';
    this.seen = { ...this.seen, [application]: Math.max(this.seen[application] ?? 0, generation) };
    this.did.push(`${id} of ${desired.new?.release ?? 'nothing'} at ${desired.weightPercent} % under ${generation}`);
    this.serving.set(component, desired);
    return 'done';
  }

  #tell(): Pick<TargetFacts, 'components' | 'generations'> {
    const components = [...this.serving].flatMap(([component, desired]) => this.#tellOf(component, desired));
    return this.tellsAll ? { components, generations: this.seen } : { components };
  }

  #tellOf(component: string, { new: next, stable, weightPercent }: DesiredState): readonly ComponentHealth[] {
    const share = stable === null ? 100 : next === null ? 0 : weightPercent;
    return [[next, share] as const, [stable, 100 - share] as const].flatMap(([side, percent]) => (side === null ? [] : [{
      application: 'shop', component, release: side.release, state: 'Running' as const, replicas: side.replicas, readyReplicas: side.replicas, reason: '', ...(this.tellsAll && takesTraffic(side.component.type) ? { weightPercent: percent } : {}),
    }]));
  }
}
