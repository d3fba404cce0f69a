import { resolve } from 'node:path';

import type { Artefact } from '#domain/resources/release';

/** An artefact that a machine without an orchestrator can run. */
export type CommandArtefact = Extract<Artefact, { command: unknown }>;

/** Whether an artefact is a command; an image needs an orchestrator. */
export function isCommand(artefact: Artefact): artefact is CommandArtefact {
  return 'command' in artefact;
}

/** Where an artefact runs: its working directory, seen from where the agent was started. */
export function workingDirectoryOf(artefact: CommandArtefact): string {
  return resolve(artefact.workingDirectory ?? '.');
}
