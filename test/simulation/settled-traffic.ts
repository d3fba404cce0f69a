import type { DeploymentEvent } from '#domain/deployment/events';
import { touched } from '#domain/deployment/state';

import { artefactOf, releases } from './make-documents.ts';
import type { Known } from './known.ts';
import type { SimulatedMachine } from './simulated-machine.ts';

/** What must serve an application on a target once it rests. After an abandonment nobody knows, until something succeeds there. */
type Settled = { readonly release: string | 'unknown'; readonly mayKeepOldSide: boolean };

/** Tells by the ends of deployments what is to serve where. */
export class SettledTraffic {
  readonly #settled = new Map<string, Settled>();
  /** How many instances of each component an application wants. */
  readonly #replicas: { readonly [component: string]: number } = { web: 4, mail: 2, site: 2 };

  /** An event of a deployment's stream, already in its state. */
  told({ tenant, state }: Known, event: DeploymentEvent): void {
    for (const { name } of state.plan?.targets ?? []) {
      const place = `${tenant}/${name}/${state.request.application}`;
      const before = this.#settled.get(place);
      if (event.type === 'DeploymentSucceeded') this.#settled.set(place, { release: state.request.release, mayKeepOldSide: before?.mayKeepOldSide === true && !touched(state).targets.includes(name) });
      if (event.type === 'DeploymentFailed' && state.abandoned !== null) this.#settled.set(place, { release: 'unknown', mayKeepOldSide: true });
      // The old side of a clean-up that failed has no traffic, and the next deployment that changes something there stops it.
      if (event.type === 'CleanupFinished' && event.payload.outcome === 'failed' && before !== undefined) this.#settled.set(place, { ...before, mayKeepOldSide: true });
    }
  }

  /** What is not as it should be on a target, in words. */
  complaints(tenant: string, target: string, machine: SimulatedMachine): readonly string[] {
    return [...machine.running.values()].flatMap((one) => {
      const where = `${one.component} of ${one.application} on ${target} of ${tenant}`;
      const settled = this.#settled.get(`${tenant}/${target}/${one.application}`);
      if (settled?.release === 'unknown') return [];
      if (settled === undefined) return one.new === null && one.stable === null ? [] : [`${where} runs ${(one.new ?? one.stable)?.release ?? ''}, and nothing was ever good there`];
      const [serving, other] = one.weightPercent === 100 ? [one.new, one.stable] : [one.stable, one.new];
      const wanted = { artefact: artefactOf(settled.release, one.component), replicas: this.#replicas[one.component] };
      const shown = `new ${one.new?.release ?? '-'}x${one.new?.replicas ?? 0}, stable ${one.stable?.release ?? '-'}x${one.stable?.replicas ?? 0}, ${one.weightPercent} %`;
      const isWhole = one.weightPercent === 100 || one.weightPercent === 0;
      if (!isWhole || serving?.artefact !== wanted.artefact || serving.replicas !== wanted.replicas) return [`${where} should be served by ${settled.release} alone, and is: ${shown}`];
      if (other !== null && !settled.mayKeepOldSide) return [`${where} still has an old side: ${shown}`];
      return releases[settled.release]?.quality === 'broken' ? [`${where} is served by ${settled.release}, which cannot even start`] : [];
    });
  }
}
