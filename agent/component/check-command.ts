import { totalmem } from 'node:os';

import type { Command, SecretValues, SideSpec } from '#contracts/adapter';
import { takesTraffic } from '#domain/resources/application';
import type { Machine } from '#agent/component/machine';
import { isProxied } from '#agent/component/placement';
import type { SupervisedComponent } from '#agent/component/supervised-component';
import { portProblem } from '#agent/processes/free-port';
import { planLaunch } from '#agent/processes/launch-plan';

const MEBIBYTE = 1_048_576;

/** What is looked at beside the command: the sides of which something would be started, their secrets, and all components of the machine. */
type Looked = { readonly sides: readonly SideSpec[]; readonly secrets: SecretValues; readonly components: readonly SupervisedComponent[] };

/** Everything that stands against starting sides of a command on this machine, in words; empty when they can be started. Changes nothing. */
export async function commandProblems(machine: Machine, command: Command, given: Looked): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const side of given.sides) {
    const plan = await planLaunch(machine, { spec: side, secrets: given.secrets });
    if (!plan.possible) problems.push(plan.reason);
    problems.push(...shapeProblems(side), ...await portProblems(machine, command, { side, components: given.components }));
  }
  return [...problems, ...memoryProblems(given.sides)];
}

function shapeProblems({ component }: SideSpec): readonly string[] {
  return takesTraffic(component.type) && component.port === undefined ? [`the ${component.type} ${component.name} has no port; the proxy of an agent's target listens on it`] : [];
}

async function portProblems(machine: Machine, command: Command, given: { readonly side: SideSpec; readonly components: readonly SupervisedComponent[] }): Promise<readonly string[]> {
  const port = given.side.component.port ?? 0;
  if (port === 0 || !isProxied(given.side)) return [];
  const holder = given.components.find((one) => one.ports.includes(port));
  if (holder?.record.application === command.application && holder.record.component === command.component) return [];
  if (holder !== undefined) return [`the port ${port} is that of ${holder.record.application}/${holder.record.component} on this target`];
  const problem = await portProblem(port, machine.listenHost);
  return problem === undefined ? [] : [problem];
}

function memoryProblems(sides: readonly SideSpec[]): readonly string[] {
  const needed = sides.reduce((sum, side) => sum + side.replicas * (side.component.resources?.memoryMebibytes ?? 0), 0);
  const present = Math.floor(totalmem() / MEBIBYTE);
  return needed > present ? [`the instances need ${needed} MiB of memory, the machine has ${present} MiB`] : [];
}
