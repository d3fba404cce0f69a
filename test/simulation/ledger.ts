import { createHash } from 'node:crypto';

import * as z from 'zod';

import { parseDeploymentEvent } from '#application/deployments/load-deployment';
import { summaryOf } from '#application/deployments/view';
import type { Command } from '#contracts/adapter';
import { canonicalJson } from '#contracts/canonical-json';
import type { DeploymentEvent } from '#domain/deployment/events';
import { evolve } from '#domain/deployment/evolve';
import type { DatabaseReply, DatabaseRequest } from '#standalone/database-messages';
import type { EventRow } from '#standalone/transactions/events';

import type { Complain } from './broken-invariant.ts';
import { Holders } from './holders.ts';
import type { Known } from './known.ts';
import { SettledTraffic } from './settled-traffic.ts';
import type { SimulatedDisk } from './simulated-disk.ts';
import { StreamRules, isShare } from './stream-rules.ts';

/** An event that goes to the bus and to subscribers, as it is stored. */
export type Relayed = { readonly stream: string; readonly version: number; readonly type: string; readonly payload: string; readonly at: string };

/** What stands for the hash before a stream's first event. */
const NO_HASH = '0'.repeat(64);

const document = z.object({ tenant: z.string(), model: z.string(), key: z.string(), version: z.number(), document: z.string() });

/** The place of a command's work in time: which deployment of the application on the target, and whether it is on its way back. */
type Rank = { readonly tenant: string; readonly rank: number; readonly isGoingBack: boolean };

/**
 * Knows what happened from what is durable, and checks after each commit, and at each effect on a target, that all is as it must be. It
 * keeps a fold of its own for each stream, so that each check costs as much as what is new.
 */
export class Ledger {
  readonly deployments = new Map<string, Known>();
  /** What each tenant's subscribers are to see, in order. */
  readonly relayed = new Map<string, Relayed[]>();
  /** How often each type of event was appended, and what else is worth to be counted. */
  readonly seen = new Map<string, number>();
  readonly holders: Holders;
  readonly traffic = new SettledTraffic();
  readonly #complain: Complain;
  readonly #disk: SimulatedDisk;
  readonly #note: (line: string) => void;
  readonly #heads = new Map<string, { readonly version: number; readonly hash: string }>();
  readonly #ranks = new Map<string, Rank>();
  readonly #effects = new Map<string, { readonly rank: number; readonly command: string }>();
  #position = 0;

  constructor(parts: { readonly disk: SimulatedDisk; readonly complain: Complain; readonly note: (line: string) => void }) {
    this.#disk = parts.disk;
    this.#complain = parts.complain;
    this.#note = parts.note;
    this.holders = new Holders(parts);
  }

  /** How many events were ever appended. */
  get events(): number {
    return this.#position;
  }

  /** Looks at what a batch has changed. */
  committed(requests: readonly DatabaseRequest[], replies: readonly DatabaseReply[]): void {
    const done = requests.filter((_, index) => replies[index]?.outcome === 'done');
    for (const reply of replies) if (reply.outcome === 'failed' && reply.code === 'version-conflict') this.#count('version conflict');
    for (const reply of replies) if (reply.outcome === 'bug') this.#complain('no fault of ours', 'the database', reply.message);
    if (done.some(({ name }) => name === 'appendEvents' || name === 'advanceRelay')) this.#takeNewEvents();
    for (const [index, { name, input }] of requests.entries()) {
      const reply = replies[index];
      if (reply?.outcome !== 'done') continue;
      if (name === 'putDocument' && reply.output === true) this.#shown(input);
      if (name === 'freeLeases') this.holders.freed(input, (tenant, id) => this.of(tenant, id));
      if (name === 'takeLeases') this.holders.taken(input, reply.output);
    }
  }

  /** A deployment of a tenant. */
  of(tenant: string, id: string): Known | undefined {
    return this.deployments.get(`${tenant}/${id}`);
  }

  /** A command was handed to a target's agent: it must be of a deployment of the same tenant. */
  handed(tenant: string, target: string, command: Command): void {
    const isOwn = command.deployment === null || this.of(tenant, command.deployment) !== undefined;
    if (!isOwn || command.target !== target) this.#complain('tenants apart', `${tenant}/${command.deployment ?? ''}`, `the agent of ${target} of ${tenant} was handed ${command.id}`);
    if (!isShare(command.desired.weightPercent)) this.#complain('weight', `${tenant}/${command.deployment ?? ''}`, `${command.id} wants ${command.desired.weightPercent} %`);
  }

  /** A command had its effect on a target: nothing newer may have had one there before. */
  effected(tenant: string, target: string, command: Command): void {
    const subject = `${tenant}/${command.deployment ?? ''}`;
    this.#note(`effect on ${tenant}/${target}: ${command.id} of generation ${command.generation}, ${command.desired.weightPercent} %`);
    const known = this.#ranks.get(command.id);
    if (known === undefined || known.tenant !== tenant) {
      this.#complain('tenants apart', subject, `${command.id} had an effect on ${target} of ${tenant}, and no step of ${tenant} has it`);
      return;
    }
    const place = `${tenant}/${target}/${command.application}/${command.component}`;
    const before = this.#effects.get(place);
    if (before !== undefined && before.rank > known.rank) this.#complain('generation order', subject, `${command.id} had an effect after ${before.command}, which is newer`);
    if (known.isGoingBack && command.desired.new !== null) this.#complain('weight', subject, `${command.id} leaves the new release running on the way back`);
    this.#effects.set(place, { rank: known.rank, command: command.id });
  }

  #takeNewEvents(): void {
    const rows = this.#disk.connection.all('SELECT position, tenant, stream, version, type, schema_version AS schemaVersion, payload, at, trace_id AS traceId, hash, relayed FROM events WHERE position > ? ORDER BY position', this.#position);
    for (const row of rows) {
      const event = eventRow.parse(row);
      this.#position = event.position;
      this.#note(`${event.tenant} ${event.stream} ${event.version} ${event.type} ${event.payload}`);
      this.#count(event.type);
      this.#chained(event);
      if (event.relayed === 1) this.#relay(event);
      if (event.stream.startsWith('deployment/')) this.#deploymentEvent(event);
    }
  }

  #chained({ tenant, stream, version, type, schemaVersion, payload, at, traceId, hash }: EventRow): void {
    const key = `${tenant} ${stream}`;
    const head = this.#heads.get(key) ?? { version: 0, hash: NO_HASH };
    const expected = createHash('sha256').update(head.hash).update(canonicalJson({ tenant, stream, version, type, schemaVersion, payload: JSON.parse(payload), at, traceId })).digest('hex');
    if (version !== head.version + 1 || hash !== expected) this.#complain('chained events', `${tenant}/${stream}`, `version ${version} does not follow upon ${head.version}`);
    this.#heads.set(key, { version, hash });
  }

  #relay({ tenant, stream, version, type, payload, at }: EventRow): void {
    const own = this.relayed.get(tenant) ?? [];
    this.relayed.set(tenant, own);
    own.push({ stream, version, type, payload, at });
  }

  #deploymentEvent(row: EventRow): void {
    const { tenant } = row;
    const id = row.stream.slice('deployment/'.length);
    const event = parseDeploymentEvent({ type: row.type, schemaVersion: row.schemaVersion, payload: JSON.parse(row.payload), at: row.at });
    const known = this.of(tenant, id) ?? { tenant, id, rules: new StreamRules(), state: undefined, version: 0, summaries: [] };
    if (event.type !== 'DeploymentRequested' && known.state === undefined) {
      this.#complain('chained events', `${tenant}/${id}`, `the stream begins with ${event.type}`);
      return;
    }
    for (const { invariant, detail } of known.rules.take(event)) this.#complain(invariant, `${tenant}/${id}`, detail);
    const state = evolve(known.state, event, { id, plans: () => { throw new Error('a simulated plan is never so large that it is kept apart'); } });
    const next: Known = Object.assign(known, { state, version: row.version });
    next.summaries[row.version] = JSON.stringify(summaryOf(state, row.version));
    this.deployments.set(`${tenant}/${id}`, next);
    this.holders.told(next, event);
    this.traffic.told(next, event);
    if (event.type === 'StepDispatched') this.#rank(next, event);
    if (event.type === 'RollbackStarted') this.#count(event.payload.cause);
    if (event.type === 'DeploymentPaused' && event.payload.by === 'freeze') this.#count('held by a freeze');
  }

  #count(what: string): void {
    this.seen.set(what, (this.seen.get(what) ?? 0) + 1);
  }

  #rank({ tenant, id, rules }: Known, { payload }: Extract<DeploymentEvent, { type: 'StepDispatched' }>): void {
    const rank = 2 * this.holders.turnOf(tenant, id) + (rules.isGoingBack ? 1 : 0);
    for (const { id: command } of payload.commands) this.#ranks.set(command, { tenant, rank, isGoingBack: rules.isGoingBack });
  }

  #shown(input: unknown): void {
    const put = document.parse(input);
    if (put.model !== 'deployments') return;
    const known = this.of(put.tenant, put.key);
    if (known?.summaries[put.version] !== put.document) this.#complain('read models', `${put.tenant}/${put.key}`, `version ${put.version} is shown as ${put.document}, and is ${known?.summaries[put.version] ?? 'not there'}`);
  }
}

const eventRow = z.object({
  position: z.number(), tenant: z.string(), stream: z.string(), version: z.number(), type: z.string(), schemaVersion: z.number(), payload: z.string(), at: z.string(), traceId: z.string(), hash: z.string(), relayed: z.number(),
});
