import type { AdapterAnswer, Command, SecretValues, SideSpec, TargetCheck } from '#contracts/adapter';
import { isCommand, workingDirectoryOf } from '#agent/processes/artefact';
import { capacityCheck, reservedBy } from '#agent/component/capacity';
import { startProblems } from '#agent/component/check-command';
import type { StartProblems } from '#agent/component/check-command';
import type { Machine } from '#agent/component/machine';
import { isProxied } from '#agent/component/placement';
import type { SupervisedComponent } from '#agent/component/supervised-component';

/** The contract's limits of a check's reason and of an answer's. */
const CHECK_CHARACTERS = 1000;
const ANSWER_CHARACTERS = 2000;

/** What is looked at beside the command. */
type Looked = { readonly secrets: SecretValues; readonly components: readonly SupervisedComponent[] };

/** Says by named checks whether what a command wants of its new side could run here. Changes nothing. */
export async function answerCheck(machine: Machine, command: Command, given: Looked): Promise<AdapterAnswer> {
  const side = command.desired.new;
  const checks = [...(side === null || side.replicas === 0 ? nothingToStart : await sideChecks(machine, command, { ...given, side })), ...capacityOf(machine, command, given.components)].map(shortened);
  const failed = checks.filter((one) => one.outcome === 'failed');
  if (failed.length === 0) return { state: 'done', reason: 'can be run here', checks };
  return { state: 'failed', reason: failed.map((one) => one.reason).join('; ').slice(0, ANSWER_CHARACTERS), checks };
}

const nothingToStart: readonly TargetCheck[] = [
  { check: 'artefact', outcome: 'skipped', reason: 'no instance is to run' },
  { check: 'permission', outcome: 'skipped', reason: 'no instance is to run' },
];

async function sideChecks(machine: Machine, command: Command, given: Looked & { readonly side: SideSpec }): Promise<readonly TargetCheck[]> {
  const { side } = given;
  const problems = await startProblems(machine, command, given);
  const asksForPort = problems.port.length > 0 || isProxied(side);
  return [
    outcome('artefact', problems.artefact, foundWords(side)),
    permissionCheck(problems),
    ...(asksForPort ? [outcome('port', problems.port, portWords(side.component.port ?? 0))] : []),
    ...scalingOf(side),
  ];
}

function outcome(check: TargetCheck['check'], problems: readonly string[], otherwise: string): TargetCheck {
  return problems.length === 0 ? { check, outcome: 'passed', reason: otherwise } : { check, outcome: 'failed', reason: problems.join('; ') };
}

function permissionCheck({ permission, isExecutableFound }: StartProblems): TargetCheck {
  if (permission.length === 0 && !isExecutableFound) return { check: 'permission', outcome: 'skipped', reason: 'there is no executable of which it could be said' };
  return outcome('permission', permission, 'the executable is on the agent\'s allow list, and no variable could bring other code');
}

function foundWords({ artefact }: SideSpec): string {
  if (!isCommand(artefact)) return 'it is there';
  const files = artefact.files.length === 0 ? 'the release names no files by digest' : `${artefact.files.length} files have the digests that the release names`;
  return `"${artefact.command[0] ?? ''}" can be started in ${workingDirectoryOf(artefact)}; ${files}`;
}

function portWords(port: number): string {
  return port === 0 ? 'any free port will do' : `the port ${port} is free, or its own`;
}

function capacityOf(machine: Machine, { application, demand }: Command, components: readonly SupervisedComponent[]): readonly TargetCheck[] {
  if (demand === undefined) return [];
  return [capacityCheck(demand, machine.capacity, reservedBy(components.filter((one) => one.record.application !== application)))];
}

function scalingOf({ component, replicas }: SideSpec): readonly TargetCheck[] {
  const { scaling } = component;
  if (scaling === undefined || scaling.minReplicas === scaling.maxReplicas) return [];
  return [{ check: 'scaling', outcome: 'skipped', reason: `an agent's target does not scale by load: of the ${scaling.minReplicas} to ${scaling.maxReplicas} replicas that ${component.name} may have it runs ${replicas}, as the application says (replicas)` }];
}

function shortened(check: TargetCheck): TargetCheck {
  return check.reason.length <= CHECK_CHARACTERS ? check : { ...check, reason: `${check.reason.slice(0, CHECK_CHARACTERS - 1)}…` };
}
