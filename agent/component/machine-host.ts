import type { Machine } from '#agent/component/machine';
import { INSTANCE_VARIABLE, processEnvironment } from '#agent/processes/environment';
import { freePort } from '#agent/processes/free-port';
import { GroupMemory, readGroupSizes } from '#agent/processes/group-memory';
import { checkHealth } from '#agent/processes/health-check';
import { endLeftovers, identityOf, isAlive, leftovers, markedProcesses, signalGroup } from '#agent/processes/identity';
import type { InstanceHost } from '#agent/processes/instance';
import type { InstanceRecord } from '#agent/processes/instance-record';
import { planLaunch } from '#agent/processes/launch-plan';
import { lastLines } from '#agent/processes/log-tail';
import { sideRecord } from '#agent/processes/side-record';
import type { SideRecord } from '#agent/processes/side-record';
import { startProcess } from '#agent/processes/start-process';
import { readJsonFile, removeFile, writeJsonFile } from '#agent/state/json-file';
import type { ComponentFolder } from '#agent/state/state-folder';

/** Shared by all instances, so that the processes of the machine are read once for all of them. */
const groupMemory = new GroupMemory(readGroupSizes, () => performance.now());

/** What one component's instances ask of the machine: real processes, real files. */
export function machineHost(machine: Machine, folder: ComponentFolder, application: string): InstanceHost {
  const sideOf = (record: InstanceRecord): SideRecord => {
    const side = readJsonFile(folder.file('sides', record.side), sideRecord);
    if (side === undefined) throw new Error(`it is not known how to start release ${record.release}: its side's file is gone`);
    return side;
  };
  // Each start is given a port of its own: a request that was meant for what ended there before cannot reach another program.
  const given = new Map<string, number>();
  const release = (instance: string) => {
    machine.takenPorts.delete(given.get(instance) ?? 0);
    given.delete(instance);
  };
  const save = (record: InstanceRecord) => writeJsonFile(folder.file('instances', record.id), record);
  return {
    now: machine.now,
    isAlive,
    save,
    tell: machine.tell,
    memoryBytes: ({ pid }) => groupMemory.bytesOf(pid),
    signal: (process, signal) => { signalGroup(process, signal); },
    hasLeftovers: (record) => record.process !== null && leftovers(record.process.pid, markOf(record)).length > 0,
    endLeftovers: (record) => { if (record.process !== null) endLeftovers(record.process.pid, markOf(record)); },
    lastLines: (record) => lastLines(folder.log(record.id), record.logOffset),
    check: (record, healthCheck) => checkHealth(record.port, healthCheck),
    remove: (record) => {
      release(record.id);
      removeFile(folder.file('instances', record.id));
    },
    start: async (record) => {
      const side = sideOf(record);
      const { component } = side.spec;
      const plan = await planLaunch(machine, side);
      if (!plan.possible) throw new Error(plan.reason);
      release(record.id);
      const port = component.port === undefined && component.healthCheck === undefined ? null : await freePort(machine.takenPorts);
      if (port !== null) {
        machine.takenPorts.add(port);
        given.set(record.id, port);
      }
      const facts = { instance: record.id, application, component: component.name, release: record.release, target: machine.target, port };
      // Before its process exists the instance is known: should the agent end right after the start, the next one finds the process by its mark.
      save(record);
      const started = await startProcess({ ...plan, environment: processEnvironment(machine.environment, component, { secrets: side.secrets, facts }), logPath: folder.log(record.id) });
      return { process: started.identity, port, logOffset: started.logOffset, ended: started.ended };
    },
  };
}

/**
 * Ends the process of an instance whose record names none: the agent before this one ended between starting it and noting so. What port it
 * was given is not known, so it cannot be taken over.
 */
export function endUnrecorded(record: InstanceRecord): void {
  if (record.process !== null) return;
  for (const pid of markedProcesses(markOf(record))) {
    const identity = identityOf(pid);
    if (identity !== undefined) signalGroup(identity, 'SIGKILL');
  }
}

function markOf(record: InstanceRecord): { readonly name: string; readonly value: string } {
  return { name: INSTANCE_VARIABLE, value: record.id };
}
