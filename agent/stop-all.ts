import { setTimeout as sleep } from 'node:timers/promises';

import * as z from 'zod';

import { isAlive, processIdentity, signalGroup } from '#agent/processes/identity';
import { endLogKeeper } from '#agent/processes/log-keeper';
import { lockStateFolder } from '#agent/state/agent-lock';
import { readJsonFile, removeFile } from '#agent/state/json-file';
import { StateFolder } from '#agent/state/state-folder';

const withProcess = z.looseObject({ process: processIdentity.nullable() });

const LOOK_MILLISECONDS = 50;

/**
 * Stops everything that agents of a state folder have started: first the proxies stop accepting, then the instances are asked to end, and
 * after `graceSeconds` whatever is left is ended. What was wanted is forgotten, so that the next agent starts nothing. Answers how many processes there were.
 * @throws Failure `conflict` while an agent works with the folder.
 */
export async function stopAll(stateFolder: string, graceSeconds: number): Promise<number> {
  const state = new StateFolder(stateFolder);
  state.create();
  const unlock = lockStateFolder(state.file('lock'));
  try {
    const folders = state.components().map(({ application, component }) => state.component(application, component));
    for (const folder of folders) removeFile(folder.record);
    const filesOf = (kind: 'proxies' | 'instances') => folders.flatMap((folder) => folder.ids(kind).map((id) => folder.file(kind, id)));
    const running = (files: readonly string[]) => files.flatMap((file) => readJsonFile(file, withProcess)?.process ?? []).filter(isAlive);
    const files = [...filesOf('proxies'), ...filesOf('instances')];
    const instances = running(filesOf('instances'));
    const processes = [...running(filesOf('proxies')), ...instances];
    for (const one of processes) signalGroup(one, 'SIGTERM');
    const deadline = Date.now() + graceSeconds * 1000;
    // A proxy without instances has nobody to serve, and no agent will read what it still has to tell.
    while (instances.some(isAlive) && Date.now() < deadline) await sleep(LOOK_MILLISECONDS);
    for (const one of processes) signalGroup(one, 'SIGKILL');
    for (const file of files) removeFile(file);
    for (const folder of folders) for (const id of folder.ids('sides')) removeFile(folder.file('sides', id));
    endLogKeeper(state.file('log-keeper'));
    return processes.length;
  } finally {
    unlock();
  }
}
