import { randomBytes } from 'node:crypto';

import type { ComponentFolder } from '#agent/state/state-folder';
import type { Machine } from '#agent/component/machine';
import { endUnrecorded, machineHost } from '#agent/component/machine-host';
import { Instance } from '#agent/processes/instance';
import type { InstanceHost } from '#agent/processes/instance';
import { instanceRecord, newInstanceRecord } from '#agent/processes/instance-record';
import { sideRecord } from '#agent/processes/side-record';
import type { SideRecord } from '#agent/processes/side-record';
import { readJsonFile, removeFile, writeJsonFile } from '#agent/state/json-file';

/** The instances of one component, and how those of each side are started. */
export class Instances {
  readonly #folder: ComponentFolder;
  readonly #host: InstanceHost;
  readonly #now: () => number;
  readonly #sides = new Map<string, SideRecord>();
  #all: Instance[] = [];

  constructor(machine: Machine, folder: ComponentFolder, application: string) {
    this.#folder = folder;
    this.#now = machine.now;
    this.#host = machineHost(machine, folder, application);
    this.#adopt();
  }

  get all(): readonly Instance[] {
    return this.#all;
  }

  /** Those of a side that are not being stopped: the ready ones first, then in the order of their making. */
  ofSide(side: string): readonly Instance[] {
    const rank = (one: Instance) => (one.ready ? 0 : one.running ? 1 : 2);
    return this.#all.filter((one) => one.record.side === side && !one.stopping).toSorted((left, right) => rank(left) - rank(right) || (left.record.id < right.record.id ? -1 : 1));
  }

  side(side: string): SideRecord | undefined {
    return this.#sides.get(side);
  }

  /** Keeps how a side is started; its newest secret values are given to the instances that start from now on. */
  keepSide(side: string, record: SideRecord): void {
    this.#sides.set(side, record);
    writeJsonFile(this.#folder.file('sides', side), record);
  }

  /** Forgets sides that nobody needs, and their secret values with them. */
  forgetSides(needed: readonly string[]): void {
    for (const side of this.#sides.keys()) {
      if (needed.includes(side) || this.#all.some((one) => one.record.side === side)) continue;
      this.#sides.delete(side);
      removeFile(this.#folder.file('sides', side));
    }
  }

  /** Adds an instance of a side; it starts with the next tick. */
  add(side: string): void {
    const known = this.#sides.get(side);
    if (known === undefined) return;
    const record = newInstanceRecord(`i-${this.#now().toString(36)}-${randomBytes(3).toString('hex')}`, side, known.spec.release);
    this.#host.save(record);
    this.#all.push(new Instance(record, known.spec.component, this.#host));
  }

  tick(): void {
    for (const one of this.#all) one.tick();
    this.#all = this.#all.filter((one) => !one.gone);
  }

  #adopt(): void {
    for (const id of this.#folder.ids('sides')) {
      const record = readJsonFile(this.#folder.file('sides', id), sideRecord);
      if (record !== undefined) this.#sides.set(id, record);
    }
    for (const id of this.#folder.ids('instances')) {
      const record = readJsonFile(this.#folder.file('instances', id), instanceRecord);
      const side = record === undefined ? undefined : this.#sides.get(record.side);
      if (record === undefined || side === undefined) continue;
      endUnrecorded(record);
      this.#all.push(new Instance(record, side.spec.component, this.#host));
    }
  }
}
