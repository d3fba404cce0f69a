import { z } from 'zod';

import { machineTasks } from '#contracts/functions';
import type { MachineName, MachineTask } from '#contracts/functions';
import { advance } from '#standalone/asl/advance';
import type { Machine } from '#standalone/asl/machine';
import { parseMachine } from '#standalone/asl/parse-machine';
import type { Effect, Ending, HistoryEvent, Signal } from '#standalone/asl/protocol';
import type { Snapshot } from '#standalone/asl/snapshot';
import type { Json } from '#stepfunctions/language';
import { machines } from '#stepfunctions/machines';

import type { SimulatedTargets } from './simulated-targets.ts';

/** How the attempts of a state's task end instead of being done: the name of an error, or `lost`, after which nothing ever answers. */
export type Trouble = { readonly state: string; readonly error: string; readonly times: number };

/** One visit of a state, in order, with when it was entered, in seconds since the start. */
export type Visit = { readonly state: string; readonly second: number };

export type Run = { readonly ending: Ending; readonly visits: readonly Visit[]; readonly history: readonly HistoryEvent[] };

/** A call has at most the attempts of every retrier, and a plan 100 steps; a run that is longer goes in a circle. */
const MAXIMUM_SIGNALS = 20_000;

const call = z.object({ FunctionName: z.string(), Payload: z.record(z.string(), z.unknown()) });
const json: z.ZodType<Json> = z.json();

/** Parses one of our machines as the standalone engine does. */
export function parsedMachine(name: MachineName): Machine {
  const { machine, diagnostics } = parseMachine(machines[name]);
  if (machine === undefined) throw new Error(`the machine ${name} is refused: ${JSON.stringify(diagnostics)}`);
  return machine;
}

/**
 * Runs a machine on virtual time to its end. Its tasks are done by the domain alone (see `SimulatedTargets`), each with the input and
 * the result that the contract says.
 */
export function runMachine(name: MachineName, targets: SimulatedTargets, troubles: readonly Trouble[] = []): Run {
  const machine = parsedMachine(name);
  const left = troubles.map((one) => ({ ...one }));
  const startedAt = targets.now;
  const signals: Signal[] = [{ type: 'start', input: { tenant: 'default', deployment: targets.id } }];
  const history: HistoryEvent[] = [];
  let snapshot: Snapshot | undefined;
  let wakeAt = Infinity;
  for (let count = 0; count < MAXIMUM_SIGNALS; count += 1) {
    const signal = signals.shift() ?? passTime(targets, wakeAt);
    if (signal === undefined) {
      signals.push(...targets.resumed());
      continue;
    }
    const advanced = advance(machine, snapshot, signal, { now: targets.now, random: () => 0.5, execution: { id: name, name: targets.id, roleArn: 'role', stateMachine: { id: name, name } }, taskToken: (taskId) => taskId });
    if (advanced.outcome === 'gone') continue;
    snapshot = advanced.snapshot;
    history.push(...advanced.history);
    wakeAt = Infinity;
    for (const effect of advanced.effects) {
      if (effect.type === 'ended') return { ending: effect.ending, history, visits: visitsOf(history, startedAt) };
      if (effect.type === 'wake') wakeAt = effect.at;
      if (effect.type === 'abandon') targets.abandon(effect.taskId);
      if (effect.type === 'schedule') signals.push(...begin(effect, targets, left));
    }
    signals.push(...targets.resumed());
  }
  throw new Error(`the machine ${name} goes in a circle: ${visitsOf(history, startedAt).slice(-12).map((one) => one.state).join(', ')}`);
}

/** Lets the next thing happen: a timer of the machine, or what a target, a person or a timer of ours does. */
function passTime(targets: SimulatedTargets, wakeAt: number): Signal | undefined {
  const happening = targets.nextHappening();
  if (happening === Infinity && wakeAt === Infinity) throw new Error('nothing is left that could happen');
  if (happening > wakeAt) {
    targets.now = wakeAt;
    return { type: 'timer' };
  }
  targets.happen();
  return undefined;
}

type Scheduled = Extract<Effect, { type: 'schedule' }>;

function begin(effect: Scheduled, targets: SimulatedTargets, troubles: { state: string; error: string; times: number }[]): readonly Signal[] {
  const trouble = troubles.find((one) => one.state === effect.state && one.times > 0);
  if (trouble !== undefined) {
    trouble.times -= 1;
    return trouble.error === 'lost' ? [] : [{ type: 'taskFailed', taskId: effect.taskId, error: trouble.error }];
  }
  const { FunctionName, Payload } = call.parse(effect.arguments);
  const task = taskOf(FunctionName);
  const result = targets.work(task, machineTasks[task].input.parse(Payload), effect.taskId);
  if (result === undefined) return [];
  return [{ type: 'taskSucceeded', taskId: effect.taskId, output: { Payload: json.parse(machineTasks[task].result.parse(result)) } }];
}

function taskOf(reference: string): MachineTask {
  const names = Object.keys(machineTasks).filter((name): name is MachineTask => name in machineTasks);
  const task = names.find((name) => reference === `\${${name.replaceAll('-', '_')}}`);
  if (task === undefined) throw new Error(`there is no function for ${reference}`);
  return task;
}

function visitsOf(history: readonly HistoryEvent[], startedAt: number): readonly Visit[] {
  return history.flatMap((event) => (event.type.endsWith('StateEntered') && event.state !== undefined ? [{ state: event.state, second: (event.timestamp - startedAt) / 1000 }] : []));
}
