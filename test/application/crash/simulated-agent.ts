import type { Report } from '#contracts/adapter';
import type { Operation, OperationInput, OperationOutput } from '#contracts/http/routes';
import type { Role } from '#contracts/roles';

import type { Chance } from './chance.ts';
import { emptyTarget, perform } from './simulated-target.ts';
import type { Answering, TargetState } from './simulated-target.ts';

/** What an agent needs of the world: to call the control plane, to know the time, and whether the control plane has just begun to live. */
export type AgentWorld = {
  readonly time: { now(): number };
  readonly isFresh: boolean;
  call<Name extends Operation>(operation: Name, input: Partial<OperationInput<Name>>, as: { readonly role?: Role; readonly name?: string; readonly target?: string }): Promise<OperationOutput<Name>>;
};

/** An agent and its target as they lie on its disk. It goes on while the control plane is away. */
export type AgentState = {
  readonly name: string;
  epoch: number;
  /** Whether it was told, or has a reason to believe, that work waits. */
  called: boolean;
  /** Reports that were not acknowledged. */
  pending: Report[];
  readonly target: TargetState;
};

/** What each release does per second, by name: requests and errors. */
export type Behaviour = { readonly [release: string]: { readonly requests: number; readonly errors: number } };

/** What an agent is like: how its target answers, what its traffic does, and how badly its network treats reports. */
export type AgentManner = { readonly answering: Answering; readonly behaviour: Behaviour; readonly chance: Chance | undefined };

/** Samples are kept for minutes: all are sent to a control plane that is back, and else the last again, so that no lost answer loses any. */
const SAMPLES_KEPT_SECONDS = 120;
const SAMPLES_SENT_SECONDS = 5;

export function newAgent(name: string): AgentState {
  return { name, epoch: 0, called: true, pending: [], target: emptyTarget() };
}

/** Claims the target if need be, does what waits, and tells what is not acknowledged; answers how much it did. */
export async function agentTurn(world: AgentWorld, agent: AgentState, manner: AgentManner): Promise<number> {
  if (!agent.called && agent.pending.length === 0) return 0;
  const params = { name: agent.name };
  const as = asAgent(agent);
  if (agent.epoch === 0) agent.epoch = (await world.call('claimTarget', { params, body: { instance: as.instance } }, as)).epoch;
  const claim = { instance: as.instance, epoch: agent.epoch };
  agent.called = false;
  const { items } = await world.call('readCommands', { params, query: claim }, as);
  for (const { command } of manner.chance?.shuffled(items) ?? items) {
    const report = perform(agent.target, command, manner.answering);
    if (!agent.pending.some((one) => one.command === command.id)) agent.pending.push(report);
  }
  const reports = manner.chance?.shuffled(agent.pending) ?? [...agent.pending];
  for (const report of reports) {
    // A report that stays for a later turn arrives late; one that is not noted as acknowledged arrives twice.
    if (manner.chance?.percent(20) === true) continue;
    await world.call('reportCommand', { params, body: { ...claim, report } }, as);
    if (manner.chance?.percent(20) === true) continue;
    agent.pending = agent.pending.filter((one) => one !== report);
  }
  return items.length + reports.length;
}

/** Tells that the target lives, and what its releases did in the last seconds. */
export async function heartbeat(world: AgentWorld, agent: AgentState, behaviour: Behaviour): Promise<void> {
  agent.called = true;
  if (agent.epoch === 0) return;
  const as = asAgent(agent);
  const now = Math.floor(world.time.now() / 1000);
  if (now % 5 === 0 || world.isFresh) {
    const facts = { version: 'test', addresses: ['127.0.0.1'], allow: ['node'], components: [] };
    await world.call('sendHeartbeat', { params: { name: agent.name }, body: { instance: as.instance, epoch: agent.epoch, facts } }, as);
  }
  const seconds = Array.from({ length: world.isFresh ? SAMPLES_KEPT_SECONDS : SAMPLES_SENT_SECONDS }, (_, ago) => now - 1 - ago);
  const samples = Object.entries(behaviour).flatMap(([release, did]) => seconds.map((second) => ({ application: 'shop', component: 'web', release, second, ...did, latency: { zeros: did.requests, buckets: [] } })));
  if (samples.length > 0) await world.call('sendSamples', { body: { target: agent.name, samples } }, as);
}

function asAgent(agent: AgentState) {
  return { role: 'agent', name: `agent-${agent.name}`, target: agent.name, instance: `instance-${agent.name}` } as const;
}
