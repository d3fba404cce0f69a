import type { Command, ComponentHealth, Report, SideSpec } from '#contracts/adapter';
import type { Sample } from '#contracts/samples';

import { artefactOf, releases } from './make-documents.ts';

/** What runs of one side: which release, of which artefact, in how many instances, and since when. */
export type RunningSide = { readonly release: string; readonly artefact: string; readonly replicas: number; readonly since: number };

/** What runs of a component. */
export type Running = { readonly application: string; readonly component: string; readonly new: RunningSide | null; readonly stable: RunningSide | null; readonly weightPercent: number };

/** How long a sickly release is well. */
const WELL_MILLISECONDS = 20_000;

/** How many requests a second a component has. */
const REQUESTS_PER_SECOND = 40;

/** The share of an erring release's requests that fail. */
const ERRING_SHARE = 0.3;

/** The machine that a target is: what lies on its disk and what runs there outlives its agents. */
export class SimulatedMachine {
  /** The highest generation seen of each application. */
  readonly #fences = new Map<string, number>();
  /** Commands that were done or replaced, by id. */
  readonly #outcomes = new Map<string, Report>();
  /** The command that each component is on its way with. */
  readonly #underWay = new Map<string, string>();
  /** Reports that were not acknowledged, by command. */
  readonly reports = new Map<string, Report>();
  /** Commands of which the machine will never tell how they ended. */
  readonly muted = new Set<string>();
  readonly running = new Map<string, Running>();

  /** Why a command may not be done any more; notes its generation if it may. */
  refusal({ application, generation }: Command): string | undefined {
    const seen = this.#fences.get(application) ?? 0;
    if (generation < seen) return `generation ${generation} is older than ${seen}`;
    this.#fences.set(application, generation);
    return undefined;
  }

  known(id: string): Report | undefined {
    return this.#outcomes.get(id);
  }

  /** Begins a command; one that is still on its way on the same component gives way for good. */
  begin(command: Command): void {
    const before = this.#underWay.get(placeOf(command));
    if (before !== undefined && before !== command.id) this.#outcomes.set(before, { command: before, outcome: 'failed', reason: `was replaced by ${command.id}` });
    this.#underWay.set(placeOf(command), command.id);
  }

  /** Makes true what a command wants. */
  apply(command: Command, now: number): void {
    const { application, component, desired } = command;
    const before = this.running.get(placeOf(command));
    const side = (spec: SideSpec | null): RunningSide | null => spec === null ? null : { release: spec.release, artefact: artefactOf(spec.release, component), replicas: spec.replicas, since: sinceOf(before, spec.release, now) };
    this.running.set(placeOf(command), { application, component, new: side(desired.new), stable: side(desired.stable), weightPercent: desired.weightPercent });
  }

  /** Notes that a command was done. */
  finish(command: Command, report: Report): void {
    this.#outcomes.set(command.id, report);
    if (this.#underWay.get(placeOf(command)) === command.id) this.#underWay.delete(placeOf(command));
  }

  /** Whether what a command wants is what runs. */
  has({ desired, ...command }: Command): boolean {
    const present = this.running.get(placeOf(command));
    const same = (spec: SideSpec | null, side: RunningSide | null | undefined) => (spec === null ? (side ?? null) === null : side?.replicas === spec.replicas && side.artefact === artefactOf(spec.release, command.component));
    return same(desired.new, present?.new) && same(desired.stable, present?.stable) && (present?.weightPercent ?? 0) === desired.weightPercent;
  }

  /** What the agent tells of its components: a sickly release fails after a while. */
  health(now: number): ComponentHealth[] {
    return [...this.running.values()].flatMap(({ application, component, ...sides }) => [sides.new, sides.stable].flatMap((side): ComponentHealth[] => {
      if (side === null) return [];
      const isWell = releases[side.release]?.quality !== 'sickly' || now - side.since < WELL_MILLISECONDS;
      return [{ application, component, release: side.release, state: isWell ? 'Running' : 'Failed', replicas: side.replicas, readyReplicas: isWell ? side.replicas : 0, reason: isWell ? 'ready' : 'it crashed for good' }];
    }));
  }

  /** What the releases did in a second, as the proxies counted it. */
  samples(second: number): Sample[] {
    return [...this.running.values()].filter(({ component }) => component !== 'mail').flatMap((one) => {
      const shares = new Map<string, number>();
      for (const [side, share] of [[one.new, one.weightPercent], [one.stable, 100 - one.weightPercent]] as const) if (side !== null && share > 0) shares.set(side.release, (shares.get(side.release) ?? 0) + share);
      return [...shares].map(([release, share]): Sample => {
        const requests = Math.round((REQUESTS_PER_SECOND * share) / 100);
        const errors = releases[release]?.quality === 'erring' ? Math.round(requests * ERRING_SHARE) : 0;
        return { application: one.application, component: one.component, release, second, requests, errors, latency: { zeros: requests, buckets: [] } };
      });
    });
  }
}

function placeOf({ application, component }: Pick<Command, 'application' | 'component'>): string {
  return `${application}/${component}`;
}

function sinceOf(before: Running | undefined, release: string, now: number): number {
  return [before?.new, before?.stable].find((side) => side?.release === release)?.since ?? now;
}
