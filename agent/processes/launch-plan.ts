import type { Machine } from '#agent/component/machine';
import { resolveExecutable } from '#agent/processes/allow-list';
import type { AllowedExecutable } from '#agent/processes/allow-list';
import { isCommand, workingDirectoryOf } from '#agent/processes/artefact';
import { artefactProblems } from '#agent/processes/artefact-files';
import { environmentProblems } from '#agent/processes/environment';
import type { SideRecord } from '#agent/processes/side-record';

/** How a side's instances are started here, or everything that stands against it. */
export type LaunchPlan =
  | { readonly possible: true; readonly executable: AllowedExecutable; readonly arguments: readonly string[]; readonly workingDirectory: string }
  | { readonly possible: false; readonly reason: string };

/**
 * Finds out whether a side may and can be started on this machine, without starting anything: its executable is allowed, its files have the
 * digests that the release names, its secrets have values. Asked before each start, since files change.
 */
export async function planLaunch(machine: Machine, { spec, secrets }: SideRecord): Promise<LaunchPlan> {
  const { artefact, component } = spec;
  if (!isCommand(artefact)) return { possible: false, reason: `release ${spec.release} is an image; the agent of target ${machine.target} runs commands only` };
  const [name = '', ...given] = artefact.command;
  const workingDirectory = workingDirectoryOf(artefact);
  const resolution = resolveExecutable(name, machine.allow, machine.environment['PATH'] ?? '');
  const hidden = [name, ...given].some((part) => part.includes('\0'));
  const problems = [
    ...(resolution.allowed ? [] : [resolution.reason]),
    ...(hidden ? ['the command contains a zero byte'] : []),
    ...environmentProblems(component, secrets, machine.allow),
    ...await artefactProblems(artefact, workingDirectory),
  ];
  if (!resolution.allowed || problems.length > 0) return { possible: false, reason: problems.join('; ') };
  return { possible: true, executable: resolution.executable, arguments: given, workingDirectory };
}
