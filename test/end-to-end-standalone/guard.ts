import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';

/**
 * Outlives the test process that started it, however that ends: reads from it what it starts and makes, one line each (`process PID`,
 * `ended PID`, `agent FOLDER`, `folder PATH`), and when the test process is gone ends and removes what is left. The one argument is the
 * file of the command line.
 */
const [commandLine = ''] = process.argv.slice(2);
const processes = new Set<number>();
const agents = new Set<string>();
const folders = new Set<string>();

for await (const line of createInterface({ input: process.stdin })) {
  const [verb, what = ''] = [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)];
  if (verb === 'process') processes.add(Number(what));
  if (verb === 'ended') processes.delete(Number(what));
  if (verb === 'agent') agents.add(what);
  if (verb === 'folder') folders.add(what);
}

for (const pid of processes) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
for (const folder of [...agents].filter((one) => existsSync(one))) spawnSync(process.execPath, ['--conditions=sluice-source', commandLine, 'agent', '--stop-all', '--state', folder], { stdio: 'ignore' });
for (const folder of folders) rmSync(folder, { recursive: true, force: true });
