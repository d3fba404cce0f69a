import { chmodSync } from 'node:fs';

import { identityOf } from '#agent/processes/identity';
import { proxyStart } from '#agent/proxy/control-messages';
import type { ProxyRecord } from '#agent/proxy/control-messages';
import { serveControl } from '#agent/proxy/control-server';
import { confirmTakeOver, handOver, takeOver } from '#agent/proxy/hand-over';
import { Proxy } from '#agent/proxy/proxy';
import { removeFile, writeJsonFile } from '#agent/state/json-file';

/**
 * The proxy of one component: a detached process that outlives the agent. It is told what to do over its control socket, and goes on with
 * what it was told last while no agent runs.
 */
const [, , text] = process.argv;
const start = proxyStart.parse(JSON.parse(text ?? 'null'));
process.umask(0o077);
const proxy = new Proxy(start.id, start.version, () => Date.now());

let leaving = false;
let handingOver = false;

async function leave(): Promise<void> {
  if (leaving) return;
  leaving = true;
  await proxy.leave();
  removeFile(start.recordPath);
  removeFile(start.socket);
  process.exit(0);
}

async function handOverAndLeave(request: Parameters<typeof handOver>[1]): Promise<void> {
  if (leaving || handingOver) throw new Error('this proxy is being replaced already');
  handingOver = true;
  try {
    await handOver(proxy, request);
  } finally {
    handingOver = false;
  }
  void leave();
}

const self = identityOf(process.pid);
if (self === undefined) throw new Error('the proxy cannot find out when it was started');
const record: ProxyRecord = { id: start.id, version: start.version, process: self, socket: start.socket };

if (start.takesOver) await takeOver(proxy);
await serveControl(proxy, { handOver: handOverAndLeave, leave: () => void leave() }, start.socket);
chmodSync(start.socket, 0o600);
writeJsonFile(start.recordPath, record);
if (start.takesOver) confirmTakeOver();

// Its end would end every client's connection: whoever wants that sends SIGKILL; otherwise it leaves when nobody is left.
process.on('SIGTERM', () => void leave());
process.on('SIGINT', () => undefined);
process.on('SIGHUP', () => undefined);
