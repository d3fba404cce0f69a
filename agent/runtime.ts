import { Failure } from '#contracts/errors';
import { resourceName } from '#domain/resources/names';
import { Agent } from '#agent/agent';
import type { AgentEnd } from '#agent/agent';
import { ClientControlPlane } from '#agent/client-control-plane';
import { machineCapacity } from '#agent/component/capacity';
import type { Machine } from '#agent/component/machine';
import type { ControlPlane } from '#agent/control-plane';
import { serveMetrics } from '#agent/metrics';
import { allowListWords, readAllowList } from '#agent/processes/allow-list';
import type { AllowList } from '#agent/processes/allow-list';
import { endLogKeeper, ensureLogKeeper } from '#agent/processes/log-keeper';
import { DEFAULT_LOG_LIMITS } from '#agent/processes/log-rotation';
import type { LogLimits } from '#agent/processes/log-rotation';
import { ProcessAdapter } from '#agent/process-adapter';
import { replaceOutdatedProxies } from '#agent/replace-proxies';
import { keepEpoch, readAgentIdentity } from '#agent/state/agent-identity';
import { lockStateFolder } from '#agent/state/agent-lock';
import { PendingReports } from '#agent/state/pending-reports';
import { StateFolder } from '#agent/state/state-folder';
import { stopAll } from '#agent/stop-all';
import { TrafficLedger } from '#agent/traffic-ledger';

import { version } from '../shared/version.ts';

/** How to run an agent. */
export type AgentSettings = {
  /** The control plane's address; a key is sent over plain HTTP to this machine only. */
  readonly url: string;
  /** A key of the role `agent`, bound to the target. */
  readonly key: string;
  readonly target: string;
  /** What may be run here: files and folders, or bare names found on the PATH. Nothing else is ever started for a release. */
  readonly allow: readonly string[];
  /** Variables that releases may set although they could make a program run other code than its own, as `NODE_OPTIONS`; none unless told. */
  readonly allowVariables?: readonly string[];
  /** Where the agent keeps what must outlive it; one agent at a time. */
  readonly stateFolder: string;
  /** The loopback port of `/metrics`; 0, the default, takes any free one. */
  readonly metricsPort?: number;
  /** The address on which the proxies of components listen: 127.0.0.1 unless told, `0.0.0.0` or `::` for every address of the machine. */
  readonly listenHost?: string;
  readonly logLimits?: LogLimits;
  /** Told what happens, one line at a time; standard error unless told. */
  readonly tell?: (line: string) => void;
  /** The control plane to speak with; over `url` and `key` unless given. */
  readonly controlPlane?: ControlPlane;
};

/** An agent that runs. */
export type RunningAgent = {
  readonly instance: string;
  /** Where its metrics are. */
  readonly metricsUrl: string;
  /** Whether the control plane answers. */
  readonly connected: () => boolean;
  /** Resolves when the agent has ended, with the reason: it was stopped, another agent claimed the target, or its key was refused at the start. */
  readonly ended: Promise<AgentEnd>;
  /** Ends the agent. Processes and proxies go on running, and the next agent on the same state folder takes them over. */
  readonly stop: () => Promise<void>;
};

/** Log keepers and proxies are looked after this often. */
const CARE_MILLISECONDS = 5000;

/**
 * Starts an agent. Resolves once it has taken over what runs here, whether or not the control plane answers yet.
 * @throws Failure `rule-broken` for a bad setting, `conflict` when the state folder is another agent's; SluiceError `insecure-url` or `bad-settings`.
 */
export async function runAgent(settings: AgentSettings): Promise<RunningAgent> {
  if (process.platform === 'win32') throw new Failure('unavailable', 'the agent needs process groups and signals as Linux and macOS have them');
  if (!resourceName.safeParse(settings.target).success) throw broken('target', 'must be the name of a target', settings.target);
  const controlPlane = settings.controlPlane ?? new ClientControlPlane({ url: settings.url, key: settings.key, target: settings.target, version });
  const machine = machineOf(settings);
  machine.state.create();
  const unlock = lockStateFolder(machine.state.file('lock'));
  try {
    return await start(settings, machine, { controlPlane, unlock });
  } catch (error) {
    unlock();
    throw error;
  }
}

/**
 * Takes away everything that agents of a state folder have started: what an agent runs outlives it, so somebody must be able to end it without
 * one. Instances are asked to end and have `graceSeconds` for it. Answers how many processes there were.
 * @throws Failure `conflict` while an agent works with the folder.
 */
export function stopEverything(stateFolder: string, graceSeconds = 30): Promise<number> {
  return stopAll(stateFolder, graceSeconds);
}

async function start(settings: AgentSettings, machine: Machine, given: { readonly controlPlane: ControlPlane; readonly unlock: () => void }): Promise<RunningAgent> {
  const identity = readAgentIdentity(machine.state.file('agent'), settings.target);
  const ledger = new TrafficLedger(machine.now);
  const reports = new PendingReports(machine.state.reports);
  const adapter = new ProcessAdapter(machine);
  const agent = new Agent({ machine, adapter, ledger, reports, controlPlane: given.controlPlane, instance: identity.instance, keepEpoch: (epoch) => keepEpoch(machine.state.file('agent'), identity, epoch), random: Math.random });
  await ensureLogKeeper(machine);
  const metrics = await serveMetrics({
    ledger, components: () => adapter.components, health: () => adapter.observe(), connected: () => agent.connected, pendingReports: () => reports.all.length,
  }, settings.metricsPort ?? 0).catch((error: unknown) => { throw broken('metricsPort', `must be a port that can be listened on (${String(error)})`, settings.metricsPort); });
  adapter.start();
  machine.tell(`may run ${allowListWords(machine.allow)}; state in ${machine.state.path}, metrics at ${metrics.url}`);
  const care = careFor(machine, adapter);
  const ended = agent.run().finally(async () => {
    await care.end();
    await adapter.stop();
    // Where nothing goes on running, as after a key that was refused, nothing writes logs that somebody must hold to their limits.
    if (adapter.isIdle) endLogKeeper(machine.state.file('log-keeper'));
    metrics.server.close();
    metrics.server.closeAllConnections();
    given.unlock();
  });
  return {
    instance: identity.instance,
    metricsUrl: metrics.url,
    connected: () => agent.connected,
    ended,
    stop: async () => {
      agent.stop();
      await ended;
    },
  };
}

/** Looks after what no command asks for, again and again; a look that takes long is not overtaken by the next. `end` waits for the one under way. */
function careFor(machine: Machine, adapter: ProcessAdapter): { readonly end: () => Promise<void> } {
  let caring: Promise<void> | undefined;
  const care = async () => {
    try {
      await ensureLogKeeper(machine);
      await replaceOutdatedProxies(machine, adapter.components);
    } catch (error) {
      machine.tell(`will be tried again: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      caring = undefined;
    }
  };
  const timer = setInterval(() => { caring ??= care(); }, CARE_MILLISECONDS);
  return {
    end: async () => {
      clearInterval(timer);
      await caring;
    },
  };
}

function machineOf(settings: AgentSettings): Machine {
  return {
    target: settings.target,
    state: new StateFolder(settings.stateFolder),
    allow: allowListOf(settings.allow, settings.allowVariables ?? []),
    capacity: machineCapacity(),
    environment: process.env,
    listenHost: settings.listenHost ?? '127.0.0.1',
    logLimits: settings.logLimits ?? DEFAULT_LOG_LIMITS,
    version,
    now: () => Date.now(),
    tell: settings.tell ?? ((line) => process.stderr.write(`${line}\n`)),
    takenPorts: new Set(),
  };
}

function allowListOf(entries: readonly string[], variables: readonly string[]): AllowList {
  try {
    return readAllowList(entries, process.env['PATH'] ?? '', variables);
  } catch (error) {
    throw broken('allow', error instanceof Error ? error.message : String(error), entries);
  }
}

function broken(field: string, rule: string, value: unknown): Failure {
  return new Failure('rule-broken', { detail: `${field}: ${rule}`, errors: [{ field, rule, value }] });
}
