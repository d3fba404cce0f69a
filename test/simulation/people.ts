import * as z from 'zod';

import { problem } from '#contracts/errors';
import { currentStep, isTerminal } from '#domain/deployment/state';

import type { Chance } from '../application/crash/chance.ts';
import type { Complain } from './broken-invariant.ts';
import { Unreachable } from './control-plane.ts';
import type { ControlPlane } from './control-plane.ts';
import type { Faults } from './faults.ts';
import type { Known } from './known.ts';
import type { Ledger } from './ledger.ts';
import { Network } from './network.ts';
import type { Came, Sent } from './network.ts';
import type { Operation, PlannedDocument, TenantPlan } from './plan.ts';
import type { SimulatedTime } from './simulated-time.ts';

/** What people live in. */
export type PeopleSurroundings = {
  readonly seed: number;
  readonly time: SimulatedTime;
  readonly faults: Faults;
  readonly controlPlane: ControlPlane;
  readonly ledger: Ledger;
  readonly complain: Complain;
  readonly chance: Chance;
  readonly tenants: readonly TenantPlan[];
};

/** Who acts for a tenant. Two of them, because approvals are of different people. */
export const PEOPLE = ['alice', 'bob'] as const;
export type Person = (typeof PEOPLE)[number];

/** The value of somebody's key. */
export function keyOf(tenant: string, name: string): string {
  return `slk_${tenant}_${name}`;
}

/** A request is repeated this often, with this much time in between, until it has an answer. */
const TRIES = 6;
const PAUSE_MILLISECONDS = 2000;

/** How often somebody denies what could be approved. */
const DENIED_PERCENT = 30;

const made = z.object({ id: z.string() });
const page = z.object({ items: z.array(z.looseObject({ id: z.string().optional(), stream: z.string().optional() })) });

/** The people of all tenants: they do what the plan says, and look after what waits for somebody. */
export class People {
  readonly #around: PeopleSurroundings;
  readonly #networks = new Map<string, Network>();
  /** The deployments that were made, by the operation that asked for them. */
  readonly #made = new Map<string, { readonly tenant: string; readonly id: string }>();
  /** What came of operations, counted by kind and status. */
  readonly outcomes = new Map<string, number>();

  #asking = 0;

  constructor(around: PeopleSurroundings) {
    this.#around = around;
  }

  /** Whether nobody waits for an answer. */
  get isQuiet(): boolean {
    return this.#asking === 0;
  }

  /** Does what an operation says; never rejects. */
  async act(operation: Operation): Promise<void> {
    const { act, tenant } = operation;
    const answer = act.kind === 'trespass' ? await this.#trespass(operation) : await this.#persist(tenant, 'alice', this.#sent(operation));
    if (answer === undefined) return;
    this.#count(act.kind, answer.status);
    if (act.kind === 'deploy' || act.kind === 'retry' || act.kind === 'rollback') this.#noteMade(operation, answer);
    if (act.kind === 'list' && answer.status === 200) this.#checkPage(tenant, answer);
  }

  /** Somebody looks through what waits for people, and moves some of it on; `willing` is how often, in a hundred. */
  async lookAfter(willing: number): Promise<void> {
    for (const known of this.#around.ledger.deployments.values()) {
      const sent = isTerminal(known.state) ? [] : this.#moves(known);
      for (const [person, one] of sent) if (this.#around.chance.percent(willing)) await this.#do(known.tenant, person, one);
    }
  }

  async #do(tenant: string, person: Person, sent: Sent): Promise<void> {
    const answer = await this.#persist(tenant, person, sent);
    if (answer !== undefined) this.#count(sent.path.split('/').at(-1) ?? '', answer.status);
  }

  #moves({ state, id, rules }: Known): readonly (readonly [Person, Sent])[] {
    const current = currentStep(state);
    const path = (action: string) => `/v1/deployments/${id}/${action}`;
    if (rules.isGoingBack || state.plan === null) return [];
    // What has no traffic gives no answer however often it is asked.
    if (state.paused?.by === 'analysis' && current?.status === 'running' && current.step.kind === 'analyse') return [['bob', { method: 'POST', path: path('promote'), body: { step: current.step.id } }]];
    if (state.paused !== null && state.paused.by !== 'freeze') return [['bob', { method: 'POST', path: path('resume'), body: {} }]];
    if (current?.status !== 'running') return [];
    const step = current.step.id;
    if (current.step.kind === 'approve' && !this.#around.faults.isOver && this.#around.chance.percent(DENIED_PERCENT)) return [['bob', { method: 'POST', path: path('deny'), body: { step } }]];
    if (current.step.kind === 'pause') return [['bob', { method: 'POST', path: path('promote'), body: { step } }]];
    return current.step.kind === 'approve' ? PEOPLE.map((person) => [person, { method: 'POST', path: path('approve'), body: { step } }]) : [];
  }

  /** Whether what an operation is about was ever made. */
  idOf(of: string): string | undefined {
    return this.#made.get(of)?.id;
  }

  #sent({ id, act, tenant }: Operation): Sent | undefined {
    const idempotencyKey = `key-${id}`;
    switch (act.kind) {
      case 'deploy':
        return { method: 'POST', path: '/v1/deployments', body: act.request, idempotencyKey };
      case 'list':
        return { method: 'GET', path: this.#around.chance.percent(50) ? '/v1/deployments' : '/v1/events', query: 'limit=100' };
      case 'freeze': case 'unfreeze':
        return this.#environment(tenant, act.environment, 'forSeconds' in act ? act.forSeconds : 0);
      case 'trespass':
        return undefined;
      default: {
        const about = this.#made.get(act.of);
        if (about === undefined) return undefined;
        if (act.kind === 'look') return { method: 'GET', path: `/v1/deployments/${about.id}` };
        return { method: 'POST', path: `/v1/deployments/${about.id}/${act.kind}`, body: act.kind === 'promote' ? { full: act.full } : {}, idempotencyKey };
      }
    }
  }

  #environment(tenant: string, name: string, freezeSeconds: number): Sent | undefined {
    const found = this.#around.tenants.find((one) => one.name === tenant)?.documents.find((one) => one.kind === 'Environment' && one.name === name);
    if (found === undefined) return undefined;
    const now = this.#around.controlPlane.clock.now();
    const at = (seconds: number) => `${new Date(now + seconds * 1000).toISOString().slice(0, 'yyyy-mm-ddThh:mm:ss'.length)}Z`;
    const freezes = freezeSeconds === 0 ? [] : [{ name: 'sudden', startsAt: at(0), endsAt: at(freezeSeconds) }];
    return { method: 'PUT', path: `/v1/environments/${name}`, body: bodyOf({ ...found, spec: { ...found.spec, freezes } }) };
  }

  /** Asks until there is an answer that stays; `undefined` when there was nothing to ask, or never an answer. */
  async #persist(tenant: string, person: Person, sent: Sent | undefined): Promise<Came | undefined> {
    if (sent === undefined) return undefined;
    this.#asking += 1;
    const answer = await this.#tries(tenant, person, sent);
    this.#asking -= 1;
    return answer;
  }

  async #tries(tenant: string, person: Person, sent: Sent): Promise<Came | undefined> {
    const { time } = this.#around;
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      try {
        const answer = await this.#network(tenant, person).send(sent);
        this.#assertForeseen(tenant, sent, answer);
        if (!isForLater(answer)) return answer;
      } catch (error) {
        if (!(error instanceof Unreachable)) throw error;
      }
      await time.sleep(PAUSE_MILLISECONDS);
    }
    return undefined;
  }

  #noteMade({ id: operation, tenant }: Operation, answer: Came): void {
    if (answer.status !== 202) return;
    const { id } = made.parse(answer.body);
    this.#made.set(operation, { tenant, id });
    if (this.#around.ledger.of(tenant, id) === undefined) this.#around.complain('nothing lost', `${tenant}/${id}`, `${id} was acknowledged, and its stream has nothing`);
  }

  /** Tries what nobody may: each try must be answered as if nothing were there. */
  async #trespass({ tenant, act }: Operation): Promise<Came | undefined> {
    if (act.kind !== 'trespass') return undefined;
    const about = this.#made.get(act.of);
    if (about === undefined || about.tenant === tenant) return undefined;
    const tries: { readonly [how in typeof act.how]: Sent } = {
      read: { method: 'GET', path: `/v1/deployments/${about.id}` },
      subscribe: { method: 'GET', path: `/v1/deployments/${about.id}/events` },
      abort: { method: 'POST', path: `/v1/deployments/${about.id}/abort`, body: {} },
      events: { method: 'GET', path: '/v1/events', query: `stream=deployment/${about.id}` },
    };
    const answer = await this.#persist(tenant, 'alice', tries[act.how]);
    if (answer === undefined) return undefined;
    const saw = act.how === 'events' ? page.parse(answer.body).items.length > 0 : answer.status !== 404;
    if (saw) this.#around.complain('tenants apart', `${about.tenant}/${about.id}`, `${tenant} tried to ${act.how} it and was answered ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer;
  }

  #checkPage(tenant: string, answer: Came): void {
    for (const { id, stream } of page.parse(answer.body).items) {
      const deployment = id ?? (stream?.startsWith('deployment/') === true ? stream.slice('deployment/'.length) : undefined);
      if (deployment !== undefined && this.#around.ledger.of(tenant, deployment) === undefined) this.#around.complain('tenants apart', `${tenant}/${deployment}`, `a list of ${tenant} shows ${deployment}`);
    }
  }

  #assertForeseen(tenant: string, { method, path }: Sent, { status, body }: Came): void {
    if (status < 500 || status === 503) return;
    this.#around.complain('no fault of ours', tenant, `${method} ${path} was answered with ${status}: ${JSON.stringify(body)}`);
  }

  #network(tenant: string, person: Person): Network {
    const key = keyOf(tenant, person);
    const { time, faults, controlPlane, chance } = this.#around;
    const found = this.#networks.get(key) ?? new Network({ time, faults, controlPlane, chance, key });
    this.#networks.set(key, found);
    return found;
  }

  #count(kind: string, status: number): void {
    const what = `${kind} ${status}`;
    this.outcomes.set(what, (this.outcomes.get(what) ?? 0) + 1);
  }
}

/** Whether an answer says no more than that one has to come back. */
function isForLater({ status, body }: Came): boolean {
  if (status === 503 || status === 429) return true;
  if (status !== 409) return false;
  const { code } = problem.parse(body);
  return code === 'idempotency-in-flight' || code === 'version-conflict';
}

/** The body with which a document is put. */
export function bodyOf({ kind, name, spec }: PlannedDocument): object {
  return { apiVersion: 'sluice.dev/v1', kind, metadata: { name }, spec };
}
