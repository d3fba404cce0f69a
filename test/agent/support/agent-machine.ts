import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import * as z from 'zod';

import type { Command, DesiredState, SideSpec } from '#contracts/adapter';
import { component as componentSchema } from '#domain/resources/application';
import type { Component } from '#domain/resources/application';
import type { Machine } from '#agent/component/machine';
import { readAllowList } from '#agent/processes/allow-list';
import { freePort } from '#agent/processes/free-port';
import { identityOf, isAlive, markedProcesses, processIdentity, signalGroup } from '#agent/processes/identity';
import type { ProcessIdentity } from '#agent/processes/identity';
import { DEFAULT_LOG_LIMITS } from '#agent/processes/log-rotation';
import { ProcessAdapter } from '#agent/process-adapter';
import { readJsonFile } from '#agent/state/json-file';
import { StateFolder } from '#agent/state/state-folder';
import { until } from '#test/agent/support/until';

/** The program that plays a release; its first argument says what it does. */
export const RELEASE_PROGRAM = fileURLToPath(new URL('./release-program.mjs', import.meta.url));

const withProcess = z.object({ process: processIdentity.nullable() });

/** A state folder of its own with an adapter on it. `close` ends every process that was started there, whatever happened to the adapter. */
export class AgentMachine {
  readonly target = 'edge-1';
  readonly state = new StateFolder(mkdtempSync(join(tmpdir(), 'sluice-agent-')));
  readonly told: string[] = [];
  adapter: ProcessAdapter;
  port = 0;
  #change: Partial<Machine>;

  private constructor(change: Partial<Machine>) {
    this.#change = change;
    this.adapter = new ProcessAdapter(this.machine());
  }

  static async open(change: Partial<Machine> = {}): Promise<AgentMachine> {
    const machine = new AgentMachine(change);
    machine.port = await freePort(new Set());
    machine.adapter.start();
    return machine;
  }

  /** What an agent started now would work with. */
  machine(): Machine {
    return {
      target: this.target, state: this.state, allow: readAllowList([process.execPath], process.env['PATH'] ?? ''), capacity: { cpuMillis: 4000, memoryMebibytes: 8192 }, environment: process.env, listenHost: '127.0.0.1', logLimits: DEFAULT_LOG_LIMITS,
      version: '1.0.0-test', now: () => Date.now(), tell: (line) => { this.told.push(line); }, takenPorts: new Set(), ...this.#change,
    };
  }

  /** An adapter as of an agent that was started anew, perhaps of another version. */
  async restart(change: Partial<Machine> = {}): Promise<ProcessAdapter> {
    await this.adapter.stop();
    this.#change = { ...this.#change, ...change };
    this.adapter = new ProcessAdapter(this.machine());
    this.adapter.start();
    return this.adapter;
  }

  /** A side of `shop/web`: the release program with its arguments, on this machine's port. */
  side(release: string, given: { readonly replicas?: number; readonly arguments?: readonly string[]; readonly component?: Partial<z.input<typeof componentSchema>>; readonly artefact?: SideSpec['artefact'] } = {}): SideSpec {
    return {
      release, replicas: given.replicas ?? 1,
      artefact: given.artefact ?? { command: [process.execPath, RELEASE_PROGRAM, ...(given.arguments ?? ['serve'])], files: [] },
      component: this.component(given.component),
    };
  }

  component(change: Partial<z.input<typeof componentSchema>> = {}): Component {
    return componentSchema.parse({ name: 'web', port: this.port, drainSeconds: 5, healthCheck: { path: '/healthz' }, environment: [{ name: 'SLUICE_TEST_MACHINE', value: this.state.path }, ...(change.environment ?? [])], ...withoutEnvironment(change) });
  }

  command(verb: Command['verb'], desired: DesiredState, change: Partial<Command> = {}): Command {
    return { id: `dep-${randomUUID()}/step/${this.target}/web`, deployment: null, application: 'shop', target: this.target, component: 'web', verb, generation: 1, desired, deadline: new Date(Date.now() + 60_000).toISOString(), ...change };
  }

  /** The processes of instances, or of proxies. */
  processes(kind: 'instances' | 'proxies', component = 'web'): readonly ProcessIdentity[] {
    const folder = this.state.component('shop', component);
    return folder.ids(kind).flatMap((id) => readJsonFile(folder.file(kind, id), withProcess.loose())?.process ?? []);
  }

  /** Every living process that runs the release program for this machine, recorded or not. */
  releaseProcesses(): readonly number[] {
    return markedProcesses({ name: 'SLUICE_TEST_MACHINE', value: this.state.path });
  }

  async close(): Promise<void> {
    await this.adapter.stop();
    const strays = this.releaseProcesses().flatMap((pid) => identityOf(pid) ?? []);
    const all = [...strays, ...this.state.components().flatMap(({ component }) => [...this.processes('instances', component), ...this.processes('proxies', component)])];
    for (const one of all) signalGroup(one, 'SIGKILL');
    await until(() => all.every((one) => !isAlive(one)), { what: 'the end of all processes of the test' });
    rmSync(this.state.path, { recursive: true, force: true });
  }
}

function withoutEnvironment(change: Partial<z.input<typeof componentSchema>>): Partial<z.input<typeof componentSchema>> {
  return Object.fromEntries(Object.entries(change).filter(([name]) => name !== 'environment'));
}
