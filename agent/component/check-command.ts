import type { Command, SecretValues, SideSpec } from '#contracts/adapter';
import { takesTraffic } from '#domain/resources/application';
import type { Machine } from '#agent/component/machine';
import { isProxied } from '#agent/component/placement';
import type { SupervisedComponent } from '#agent/component/supervised-component';
import { portProblem } from '#agent/processes/free-port';
import { planLaunch } from '#agent/processes/launch-plan';
import type { LaunchProblems } from '#agent/processes/launch-plan';

/** What stands against starting a side here, by what it concerns; in words. */
export type StartProblems = LaunchProblems & { readonly port: readonly string[] };

/** What is looked at beside the command: the values of its secrets, and all components of the machine. */
type Looked = { readonly secrets: SecretValues; readonly components: readonly SupervisedComponent[] };

/** Everything that stands against starting sides of a command on this machine, in words; empty when they can be started. Changes nothing. */
export async function commandProblems(machine: Machine, command: Command, given: Looked & { readonly sides: readonly SideSpec[] }): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const side of given.sides) {
    const { permission, artefact, port } = await startProblems(machine, command, { ...given, side });
    problems.push(...permission, ...artefact, ...port);
  }
  return problems;
}

/** What stands against starting one side of a command on this machine. Changes nothing. */
export async function startProblems(machine: Machine, command: Command, given: Looked & { readonly side: SideSpec }): Promise<StartProblems> {
  const plan = await planLaunch(machine, { spec: given.side, secrets: given.secrets });
  const launch: LaunchProblems = plan.possible ? { artefact: [], permission: [], isExecutableFound: true } : plan.problems;
  return { ...launch, port: [...shapeProblems(given.side), ...await portProblems(machine, command, given)] };
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
