import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

import type { ComponentFolder } from '#agent/state/state-folder';
import { isMissing } from '#agent/state/json-file';

/** Logs of instances that are gone stay for those who ask why: the newest ten of a component, with their older parts. */
const KEPT_LOGS = 10;

/** Removes the logs of what is gone, but for the newest. `living` names the instances and proxies whose logs are still written. */
export function pruneLogs(folder: ComponentFolder, living: readonly string[]): void {
  const ended = [...new Set(logFiles(folder).map(ownerOf))].filter((id) => !living.includes(id));
  if (ended.length <= KEPT_LOGS) return;
  const oldestFirst = ended.toSorted((left, right) => changedAt(folder, left) - changedAt(folder, right));
  const removed = new Set(oldestFirst.slice(0, ended.length - KEPT_LOGS));
  for (const name of logFiles(folder)) if (removed.has(ownerOf(name))) rmSync(join(folder.logs, name), { force: true });
}

function ownerOf(name: string): string {
  return name.slice(0, name.indexOf('.log'));
}

function changedAt(folder: ComponentFolder, id: string): number {
  return statSync(folder.log(id), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function logFiles(folder: ComponentFolder): readonly string[] {
  try {
    return readdirSync(folder.logs).filter((name) => name.includes('.log'));
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
