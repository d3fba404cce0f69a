import { deepEqual } from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';

import type { DeploymentStateName } from '#client/index';
import { TERMINAL_EVENTS } from '#domain/deployment/events';

import { Chance } from '../application/crash/chance.ts';
import { ControlPlane } from '../end-to-end-standalone/control-plane.ts';
import { RealShop } from '../end-to-end-standalone/real-shop.ts';
import type { Traffic } from '../end-to-end-standalone/traffic.ts';
import type { Deployment } from '../end-to-end/deployment.ts';
import type { Strategy } from '../end-to-end/shop.ts';
import { Tenant } from '../end-to-end/tenant.ts';
import { LONG_SECONDS, until } from '../end-to-end/until.ts';
import { RecordedLoad } from './recorded-load.ts';
import { expectSound } from './stored-state.ts';

type Victim = 'control plane' | 'agent' | 'both';

/** What happens in a round. Times are milliseconds: of kills, and of an abort after the request was acknowledged. */
type Round = { readonly victim: Victim; readonly strategy: Strategy; readonly kills: readonly { readonly after: number; readonly away: number }[]; readonly abortAfter: number | undefined };

/** What rounds came to. `requests` are those of clients of the shop, of which none may fail. */
export type RoundsResult = {
  readonly seed: number;
  readonly rounds: number;
  readonly kills: { readonly [Name in Victim]: number };
  readonly ended: { readonly [Name in DeploymentStateName]?: number };
  readonly requests: number;
  readonly writes: number;
  readonly events: number;
  readonly seconds: number;
};

/** The strategies that promise clients an answer at any time; those that have a wait have a short one. */
const STRATEGIES: readonly Strategy[] = [
  { type: 'canary', steps: [{ weightPercent: 20 }, { bakeSeconds: 1 }, { weightPercent: 60 }] },
  { type: 'rolling', batchSize: 1 },
  { type: 'blue-green', scaleDownDelaySeconds: 1 },
];

/** A deployment takes some two to five seconds when nobody is killed, a restart a second or two, and a request some milliseconds: half of the first kills are to meet that. */
const [LONGEST_REQUEST, LONGEST_BETWEEN, LONGEST_AWAY, LONGEST_BEFORE_ABORT] = [40, 1500, 300, 4000];

/** The two releases that are good. */
const GOOD = ['1.0.0', '1.1.0'] as const;

/**
 * Kills the real processes at moments of chance while a deployment runs, clients ask and others write, round after round on one system, and checks it after each. The same seed makes the same rounds; what the
 * machine makes of them differs in the milliseconds.
 * @throws Error that names the seed and the round
 */
export async function killRounds({ seed, rounds, say }: { readonly seed: number; readonly rounds: number; readonly say: (line: string) => void }): Promise<RoundsResult> {
  const began = performance.now();
  const chance = new Chance(seed);
  const plane = await ControlPlane.start();
  try {
    const tenant = await Tenant.open('faults', plane);
    try {
      const played = await Played.open(plane, tenant);
      for (let number = 1; number <= rounds; number += 1) {
        const round = roundOf(chance);
        try {
          say(`round ${number} of ${rounds}: ${round.victim}, ${round.strategy.type}: ${await played.play(round)}`);
        } catch (error) {
          throw new Error(`seed ${seed}, round ${number} (${JSON.stringify(round)}): ${error instanceof Error ? error.message : String(error)}`, { cause: error });
        }
      }
      return { seed, rounds, ...await played.end(), seconds: Math.round((performance.now() - began) / 1000) };
    } finally {
      await tenant.close();
    }
  } finally {
    await plane.close();
  }
}

function roundOf(chance: Chance): Round {
  const strategy = STRATEGIES[chance.below(STRATEGIES.length)];
  if (strategy === undefined) throw new Error('there are strategies');
  return {
    victim: chance.pick<Victim>([['control plane', 2], ['agent', 1], ['both', 1]]), strategy,
    kills: Array.from({ length: 1 + chance.below(3) }, (_none, index) => ({ after: chance.below(index === 0 && chance.percent(50) ? LONGEST_REQUEST : LONGEST_BETWEEN), away: chance.below(LONGEST_AWAY) })),
    abortAfter: chance.percent(30) ? chance.below(LONGEST_BEFORE_ABORT) : undefined,
  };
}

/** One system, and what was done with it. */
class Played {
  readonly #plane: ControlPlane;
  readonly #tenant: Tenant;
  readonly #shop: RealShop;
  readonly #traffic: Traffic;
  readonly #load: RecordedLoad;
  readonly #deployments: string[] = [];
  readonly #kills = { 'control plane': 0, agent: 0, both: 0 };
  readonly #ended: { [Name in DeploymentStateName]?: number } = {};
  #stable: (typeof GOOD)[number] = GOOD[0];
  #events = 0;

  private constructor(plane: ControlPlane, shop: RealShop, parts: { readonly traffic: Traffic; readonly load: RecordedLoad }) {
    this.#plane = plane;
    this.#tenant = shop.tenant;
    this.#shop = shop;
    this.#traffic = parts.traffic;
    this.#load = parts.load;
  }

  /** Brings the first release up, and has clients and writers come. */
  static async open(plane: ControlPlane, tenant: Tenant): Promise<Played> {
    const shop = await RealShop.open(plane, tenant);
    const first = await shop.deploy(GOOD[0], { type: 'recreate' });
    await first.endsAs('Succeeded', LONG_SECONDS);
    const load = new RecordedLoad(tenant);
    tenant.onClose(async () => await load.stop());
    const played = new Played(plane, shop, { traffic: shop.traffic(), load });
    played.#deployments.push(first.id);
    return played;
  }

  /** Answers how the deployment has ended. */
  async play(round: Round): Promise<string> {
    const next = GOOD.find((release) => release !== this.#stable) ?? GOOD[0];
    const [deployment] = await Promise.all([this.#deploy(next, round), this.#killAll(round)]);
    const { state, reason } = await deployment.ended(LONG_SECONDS);
    this.#ended[state] = (this.#ended[state] ?? 0) + 1;
    if (state === 'Succeeded') this.#stable = next;
    // What a target does not do in its time, because its agent is away, fails or goes back; but never because the control plane was.
    else if (state !== 'Aborted') deepEqual([state, reason, round.victim === 'control plane'], [state, reason, false]);
    else deepEqual([reason, round.abortAfter === undefined], [reason, false]);
    await this.#traffic.isServedBy(this.#stable);
    deepEqual(this.#traffic.seen.failures, []);
    await this.#expectSound(deployment);
    return `${state} (${reason}), ${this.#stable} serves`;
  }

  async end(): Promise<Pick<RoundsResult, 'kills' | 'ended' | 'requests' | 'writes' | 'events'>> {
    await this.#load.stop();
    deepEqual(this.#load.refused, []);
    const { requests, failures } = await this.#traffic.stop();
    deepEqual(failures, []);
    deepEqual(this.#plane.troubles, []);
    return { kills: this.#kills, ended: this.#ended, requests, writes: this.#load.acknowledged, events: this.#events };
  }

  async #deploy(release: string, { strategy, abortAfter }: Round): Promise<Deployment> {
    const deployment = await this.#shop.deploy(release, strategy);
    this.#deployments.push(deployment.id);
    if (abortAfter !== undefined) {
      await pause(abortAfter);
      // It may have ended, which is a refusal and no fault.
      await this.#tenant.client.abortDeployment({ ...deployment.params, body: { comment: 'by chance' } }).catch(() => undefined);
    }
    return deployment;
  }

  async #killAll({ victim, kills }: Round): Promise<void> {
    for (const { after, away } of kills) {
      await pause(after);
      this.#kills[victim] += 1;
      await Promise.all([victim === 'agent' ? undefined : this.#plane.kill(), victim === 'control plane' ? undefined : this.#shop.kill()]);
      await pause(away);
      if (victim !== 'control plane') this.#shop.restart();
      if (victim !== 'agent') await this.#plane.restart();
    }
  }

  /** Nothing acknowledged is lost, nothing is there twice, and a subscriber has seen what is stored. */
  async #expectSound(deployment: Deployment): Promise<void> {
    const acknowledged = this.#load.acknowledgedNow;
    // While others write, the relay is always some events behind.
    const state = await this.#load.quietly(async () => await expectSound(this.#plane.data, ['operator', 'default', this.#tenant.name]));
    this.#load.expectStored(state, acknowledged);
    const events = state.events.get(this.#tenant.name) ?? [];
    this.#events = [...state.events.values()].reduce((all, one) => all + one.length, 0);
    deepEqual(events.filter(({ type }) => type === 'DeploymentRequested').map(({ stream }) => stream.slice('deployment/'.length)).toSorted(), this.#deployments.toSorted());
    deepEqual(events.filter(({ type }) => TERMINAL_EVENTS.some((one) => one === type)).length, this.#deployments.length);
    const stream = `deployment/${deployment.id}`;
    const versions = events.filter((one) => one.stream === stream).map(({ version }) => version);
    await until('the subscriber has seen all', () => (this.#tenant.feed.of(stream).length >= versions.length ? true : undefined));
    deepEqual(this.#tenant.feed.of(stream).slice(0, versions.length).map(({ version }) => version), versions);
  }
}
