import { availableParallelism, totalmem } from 'node:os';

import type { ResourceAmounts, TargetCheck } from '#contracts/adapter';
import { wantedReplicas, wantedSides } from '#agent/component/placement';
import type { SupervisedComponent } from '#agent/component/supervised-component';

const MEBIBYTE = 1_048_576;
const MILLIS_OF_CPU = 1000;

/** What this machine has for all that runs on it; less where the agent itself is held to less, as in a container. */
export function machineCapacity(): ResourceAmounts {
  const constrained = process.constrainedMemory();
  // Without a limit the answer is 0, or larger than any machine's memory.
  const memoryBytes = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
  return { cpuMillis: availableParallelism() * MILLIS_OF_CPU, memoryMebibytes: Math.floor(memoryBytes / MEBIBYTE) };
}

/** What instances of an application's components may take, by what their sides say they need. What says nothing counts as nothing. */
export function reservedBy(components: readonly SupervisedComponent[]): ResourceAmounts {
  return components.map(reservedByOne).reduce(sum, { cpuMillis: 0, memoryMebibytes: 0 });
}

/** Compares what an application asks for with what the machine has and the components of others have not reserved. */
export function capacityCheck(demand: ResourceAmounts, has: ResourceAmounts, reserved: ResourceAmounts): TargetCheck {
  if (demand.cpuMillis === 0 && demand.memoryMebibytes === 0) return { check: 'capacity', outcome: 'skipped', reason: 'no component of the application says what it needs (resources)' };
  const short = [
    ...shortOf(demand.memoryMebibytes, { has: has.memoryMebibytes, reserved: reserved.memoryMebibytes, unit: ' MiB', what: 'memory' }),
    ...shortOf(demand.cpuMillis, { has: has.cpuMillis, reserved: reserved.cpuMillis, unit: 'm', what: 'CPU' }),
  ];
  if (short.length > 0) return { check: 'capacity', outcome: 'failed', reason: short.join('; ') };
  return { check: 'capacity', outcome: 'passed', reason: `at most ${words(demand)} are needed at once; of ${words(has)} others have reserved ${words(reserved)}` };
}

type Amount = { readonly has: number; readonly reserved: number; readonly unit: string; readonly what: string };

function shortOf(needed: number, { has, reserved, unit, what }: Amount): readonly string[] {
  if (needed <= has - reserved) return [];
  return [`${needed}${unit} of ${what} are needed at once, old and new instances together; the machine has ${has}${unit}, of which others have reserved ${reserved}${unit}`];
}

function reservedByOne(component: SupervisedComponent): ResourceAmounts {
  const { record } = component;
  return wantedSides(record).map((side) => {
    const resources = component.specOf(side)?.component.resources;
    const replicas = wantedReplicas(record, side);
    return { cpuMillis: replicas * (resources?.cpuMillis ?? 0), memoryMebibytes: replicas * (resources?.memoryMebibytes ?? 0) };
  }).reduce(sum, { cpuMillis: 0, memoryMebibytes: 0 });
}

function sum(one: ResourceAmounts, other: ResourceAmounts): ResourceAmounts {
  return { cpuMillis: one.cpuMillis + other.cpuMillis, memoryMebibytes: one.memoryMebibytes + other.memoryMebibytes };
}

function words({ cpuMillis, memoryMebibytes }: ResourceAmounts): string {
  return `${memoryMebibytes} MiB of memory and ${cpuMillis}m of CPU`;
}
