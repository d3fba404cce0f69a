import type { Context } from '#application/context';
import { nowOf } from '#application/context';
import { samplesOfReleases } from '#application/agents/known-samples';
import { forget, inboxItemOf, keepAnswer, readInbox } from '#application/agents/inbox';
import { HEARTBEAT_SECONDS, isReachable, readTargetRecord, requireClaim, writeTargetRecord } from '#application/agents/target-record';
import { watchHealth } from '#application/agents/watch-health';
import type { OperationHandlers } from '#application/handlers';
import { digestVersion } from '#application/http/digest-version';
import { loadResource } from '#application/resources/load-resource';
import { Failure } from '#contracts/errors';
import { faultInWords, MAXIMUM_FIELD_ERRORS } from '#contracts/http/field-errors';
import type { Command, SecretValues } from '#contracts/adapter';
import type { targetRoutes } from '#contracts/http/target-routes';
import type { Sample } from '#contracts/samples';
import type { TargetStatus } from '#contracts/views';

/** While something is deployed, samples come every 2 s, so that a look closes soon after its window; else every 30 s keeps an idle target cheap. */
const ACTIVE_SAMPLE_SECONDS = 2;
const IDLE_SAMPLE_SECONDS = 30;

/** The use cases behind the routes of agents and samples. */
export const targetOperations: Pick<OperationHandlers, keyof typeof targetRoutes> = {
  claimTarget: async (context, { params, body }) => {
    await requireTarget(context, params.name);
    const before = await readTargetRecord(context, params.name);
    const epoch = before?.instance === body.instance ? before.epoch : (before?.epoch ?? 0) + 1;
    await writeTargetRecord(context, params.name, { instance: body.instance, epoch, lastSeenAt: nowOf(context), facts: before?.facts ?? null });
    const record = await requireClaim(context, params.name, { instance: body.instance, epoch });
    return { body: { epoch: record.epoch, heartbeatSeconds: HEARTBEAT_SECONDS } };
  },
  sendHeartbeat: async (context, { params, body }) => {
    await requireTarget(context, params.name);
    const record = await requireClaim(context, params.name, body);
    await writeTargetRecord(context, params.name, { ...record, lastSeenAt: nowOf(context), facts: body.facts });
    await watchHealth(context, params.name, body.facts.components);
    return { body: { heartbeatSeconds: HEARTBEAT_SECONDS, nextSampleSeconds: await sampleSeconds(context, params.name) } };
  },
  readCommands: async (context, { params, query }) => {
    await requireTarget(context, params.name);
    await requireClaim(context, params.name, query);
    const commands = await readInbox(context, params.name, nowOf(context));
    return { body: { items: await Promise.all(commands.map(async (command) => ({ command, secrets: await secretsOf(context, command) }))) } };
  },
  reportCommand: async (context, { params, body }) => {
    await requireTarget(context, params.name);
    await requireClaim(context, params.name, body);
    const item = await inboxItemOf(context, body.report.command);
    if (item === undefined || item.command.target !== params.name) return { body: { recorded: false } };
    const { deployment } = item.command;
    if (item.command.verb === 'check' || deployment === null) await keepAnswer(context, item, body.report);
    else {
      await context.ports.bus.publish(context.tenant, [{ type: 'ReportReceived', payload: { deployment, report: body.report } }], context.traceId);
      await forget(context, item.command);
    }
    return { body: { recorded: true } };
  },
  sendSamples: async (context, { body }) => {
    const { caller } = context;
    if (caller.target !== null && caller.target !== body.target) throw unknownTarget(body.target);
    if ((await loadResource(context, { kind: 'Target', name: body.target })) === undefined) throw unknownTarget(body.target);
    assertCountable(body.samples);
    const nowSecond = Math.floor(context.ports.clock.now() / 1000);
    const fresh = body.samples.filter((one) => one.second > nowSecond - OLDEST_SAMPLE_SECONDS && one.second <= nowSecond + CLOCK_SKEW_SECONDS);
    const kept = await samplesOfReleases(context, fresh);
    if (kept.length > 0) await context.ports.samples.write(context.tenant, body.target, kept);
    return { body: { accepted: kept.length, dropped: body.samples.length - kept.length, nextSampleSeconds: await sampleSeconds(context, body.target) } };
  },
};

/** @throws Failure `rule-broken` where more requests failed than were made: no rate could be had of that */
function assertCountable(samples: readonly Sample[]): void {
  const errors = samples.flatMap((one, index) => (one.errors > one.requests ? [{ field: `samples.${index}.errors`, rule: 'must not be more than requests', value: one.errors }] : []));
  const [first] = errors;
  if (first !== undefined) throw new Failure('rule-broken', { detail: faultInWords(first), errors: errors.slice(0, MAXIMUM_FIELD_ERRORS) });
}

/** Older samples could change no look any more; an agent that was away for longer has nothing to tell. */
const OLDEST_SAMPLE_SECONDS = 3600;

/** How far a sender's clock may be ahead. */
const CLOCK_SKEW_SECONDS = 60;

/** A target's health, and what serves there. */
export const getTargetStatus: OperationHandlers['getTargetStatus'] = async (context, { params }) => {
  await requireTarget(context, params.name);
  const record = await readTargetRecord(context, params.name);
  const reachable = isReachable(record, nowOf(context));
  const leases = await context.ports.leases.read(context.tenant, params.name);
  const body: TargetStatus = {
    target: params.name, reachable, lastSeenAt: record?.lastSeenAt ?? null, instance: record?.instance ?? null, epoch: record?.epoch ?? 0, version: record?.facts?.version ?? null, components: record?.facts?.components ?? [],
    reason: record === undefined ? 'no agent has claimed it yet' : reachable ? 'its agent answers' : `its agent was last heard of at ${record.lastSeenAt}`,
    serving: leases.map((lease) => ({ application: lease.application, release: lease.stable?.release ?? null, heldBy: lease.holder })).toSorted((one, other) => (one.application < other.application ? -1 : 1)),
  };
  return { body, version: digestVersion(body) };
};

async function sampleSeconds(context: Context, target: string): Promise<number> {
  const leases = await context.ports.leases.read(context.tenant, target);
  return leases.some((lease) => lease.holder !== null) ? ACTIVE_SAMPLE_SECONDS : IDLE_SAMPLE_SECONDS;
}

async function secretsOf(context: Context, command: Command): Promise<SecretValues> {
  const named = [command.desired.new, command.desired.stable].flatMap((side) => side?.component.environment ?? []).flatMap((one) => ('valueFrom' in one ? [one.valueFrom.secret] : []));
  const values = await Promise.all([...new Set(named)].map(async (name) => [name, await context.ports.secrets.reveal(context.tenant, name)] as const));
  return Object.fromEntries(values.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

async function requireTarget(context: Context, name: string): Promise<void> {
  if ((await loadResource(context, { kind: 'Target', name })) === undefined) throw new Failure('not-found', `there is no target ${name}`);
}

function unknownTarget(value: string): Failure {
  return new Failure('unknown-reference', { detail: `target: there is no "${value}"`, errors: [{ field: 'target', rule: 'must name something that exists', value }] });
}
