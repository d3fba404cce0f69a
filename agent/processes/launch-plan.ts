import type { Machine } from '#agent/component/machine';
import { resolveExecutable } from '#agent/processes/allow-list';
import type { AllowedExecutable } from '#agent/processes/allow-list';
import { isCommand, workingDirectoryOf } from '#agent/processes/artefact';
import { artefactProblems } from '#agent/processes/artefact-files';
import { environmentProblems } from '#agent/processes/environment';
import type { SideRecord } from '#agent/processes/side-record';

/** What stands against a start: what is not there or not as named, and what is not allowed. Where no executable is found, nobody can say whether it were allowed. */
export type LaunchProblems = { readonly artefact: readonly string[]; readonly permission: readonly string[]; readonly isExecutableFound: boolean };

/** How a side's instances are started here, or everything that stands against it. */
export type LaunchPlan =
  | { readonly possible: true; readonly executable: AllowedExecutable; readonly arguments: readonly string[]; readonly workingDirectory: string }
  | { readonly possible: false; readonly reason: string; readonly problems: LaunchProblems };

/**
 * Finds out whether a side may and can be started on this machine, without starting anything: its executable is allowed, its files have the
 * digests that the release names, its secrets have values. Asked before each start, since files change.
 */
export async function planLaunch(machine: Machine, { spec, secrets }: SideRecord): Promise<LaunchPlan> {
  const { artefact, component } = spec;
  if (!isCommand(artefact)) return impossible({ artefact: [`release ${spec.release} is an image; the agent of target ${machine.target} runs commands only`], permission: [], isExecutableFound: false });
  const [name = '', ...given] = artefact.command;
  const workingDirectory = workingDirectoryOf(artefact);
  const resolution = resolveExecutable(name, machine.allow, machine.environment['PATH'] ?? '');
  const hidden = [name, ...given].some((part) => part.includes('\0'));
  const variables = environmentProblems(component, secrets, machine.allow);
  const problems: LaunchProblems = {
    artefact: [...(!resolution.allowed && resolution.why === 'missing' ? [resolution.reason] : []), ...(hidden ? ['the command contains a zero byte'] : []), ...variables.missing, ...await artefactProblems(artefact, workingDirectory)],
    permission: [...(!resolution.allowed && resolution.why === 'forbidden' ? [resolution.reason] : []), ...variables.forbidden],
    isExecutableFound: resolution.allowed || resolution.why === 'forbidden',
  };
  if (!resolution.allowed || problems.artefact.length + problems.permission.length > 0) return impossible(problems);
  return { possible: true, executable: resolution.executable, arguments: given, workingDirectory };
}

function impossible(problems: LaunchProblems): LaunchPlan {
  return { possible: false, reason: [...problems.permission, ...problems.artefact].join('; '), problems };
}
