import { readAllowList } from '#agent/processes/allow-list';
import { DEFAULT_LOG_LIMITS } from '#agent/processes/log-rotation';
import { ProcessAdapter } from '#agent/process-adapter';
import { StateFolder } from '#agent/state/state-folder';
import { command } from '#contracts/adapter';

/** An agent's inside as a process of its own, so that a test can kill it: performs the command that it is given, over and over. */
const [, , stateFolder = '', given = ''] = process.argv;
const adapter = new ProcessAdapter({
  target: 'edge-1', state: new StateFolder(stateFolder), allow: readAllowList([process.execPath], ''), capacity: { cpuMillis: 4000, memoryMebibytes: 8192 }, environment: process.env, listenHost: '127.0.0.1', logLimits: DEFAULT_LOG_LIMITS,
  version: '1.0.0-test', now: () => Date.now(), tell: (line) => process.stderr.write(`${line}\n`), takenPorts: new Set(),
});
adapter.start();
const wanted = command.parse(JSON.parse(given));
setInterval(() => {
  const perform = async () => process.stdout.write(`${(await adapter.perform(wanted, {})).state}\n`);
  void perform();
}, 100);
