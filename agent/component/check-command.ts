import { totalmem } from 'node:os';

import type { Command, SecretValues, SideSpec } from '#contracts/adapter';
import { takesTraffic } from '#domain/resources/application';
import type { Machine } from '#agent/component/machine';
import { isProxied } from '#agent/component/placement';
import type { SupervisedComponent } from '#agent/component/supervised-component';
import { portProblem } from '#agent/processes/free-port';
import { planLaunch } from '#agent/processes/launch-plan';

const MEBIBYTE = 1_048_576;

/** Everything that stands against a command's desired state on this machine, in words; empty when it can be done. Changes nothing. */
export async function commandProblems(machine: Machine, command: Command, given: { readonly secrets: SecretValues; readonly components: readonly SupervisedComponent[] }): Promise<readonly string[]> {
  const sides = [command.desired.new, command.desired.stable].filter((side) => side !== null && side.replicas > 0);
  const problems: string[] = [];
  for (const side of sides) {
    if (side === null) continue;
    const plan = await planLaunch(machine, { spec: side, secrets: given.secrets });
    if (!plan.possible) problems.push(plan.reason);
    problems.push(...shapeProblems(side), ...await portProblems(machine, command, { side, components: given.components }));
  }
  return [...problems, ...memoryProblems(sides.filter((side) => side !== null))];
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
