import { serveSettings, serveVariables } from '#contracts/environment';
import type { ServeSettings } from '#contracts/environment';

import { command } from '../command.ts';
import type { Options, Surroundings } from '../command.ts';
import { outcomes } from '../exit-codes.ts';
import { oneEntry } from '../paint.ts';
import { asFlag, readSettings, unlessEmpty } from '../read-settings.ts';
import { aborted } from '../until.ts';
import { UsageError } from '../usage-error.ts';

const serveOptions = {
  host: { type: 'text', ...asFlag(serveVariables.host) },
  port: { type: 'text', ...asFlag(serveVariables.port) },
  data: { type: 'text', completes: 'folder', ...asFlag(serveVariables.data) },
  tlsCert: { type: 'text', completes: 'file', ...asFlag(serveVariables.tlsCert) },
  tlsKey: { type: 'text', completes: 'file', ...asFlag(serveVariables.tlsKey) },
  masterKeyFile: { type: 'text', completes: 'file', ...asFlag(serveVariables.masterKeyFile) },
  insecure: { type: 'switch', ...asFlag(serveVariables.insecure) },
  allowedHosts: { type: 'texts', ...asFlag(serveVariables.allowedHosts) },
  rebuild: { type: 'switch', description: 'make all lists anew from the events while it serves; readers have the old ones until they have the new' },
} as const satisfies Options;

export const serveCommand = command({
  path: ['serve'],
  summary: 'Run the control plane in this process',
  description: `Prints "ready URL" when it answers. At the first start it makes the operator's key, the tenant "default" and its admin key, and prints them once; ${serveVariables.adminKey.variable} sets the admin key instead. It ends with Ctrl-C or SIGTERM after finishing what it has begun.`,
  arguments: {},
  options: serveOptions,
  examples: [
    { command: 'sluice serve', does: 'run it on http://127.0.0.1:7700 with its data in .sluice' },
    { command: 'sluice serve --host 0.0.0.0 --tls-cert server.pem --tls-key server.key', does: 'serve others, with TLS' },
  ],
  json: 'one line `{"ready": URL, "firstKeys": {operator?, admin?}}` when it answers.',
  local: true,
  run: async (surroundings, { options: { allowedHosts, insecure, rebuild, ...flags } }) => {
    const settings = readSettings(serveSettings, {
      variables: serveVariables, environment: surroundings.environment, unflagged: ['adminKey'],
      flags: { ...flags, insecure: insecure ? true : undefined, allowedHosts: unlessEmpty(allowedHosts) },
    });
    const { startStandalone } = await import('#standalone/runtime');
    const running = await startStandalone({ ...startOptions(settings, surroundings), rebuild }).catch((error: unknown) => {
      throw cannotListen(error, settings) ?? error;
    });
    announce(running, surroundings);
    await aborted(surroundings.signal);
    surroundings.output.note('finishing');
    await running.close();
    return outcomes.done.exitCode;
  },
});

function startOptions(settings: ServeSettings, { output }: Surroundings) {
  const { tlsCert, tlsKey, host, port, insecure, allowedHosts } = settings;
  const tls = tlsCert === undefined || tlsKey === undefined ? {} : { tls: { certificateFile: tlsCert, keyFile: tlsKey } };
  return {
    dataFolder: settings.data,
    listen: { host, port, insecure, allowedHosts, ...tls },
    log: (text: string) => output.note(oneEntry(text)),
    ...(settings.masterKeyFile === undefined ? {} : { masterKeyFile: settings.masterKeyFile }),
    ...(settings.adminKey === undefined ? {} : { adminKey: settings.adminKey }),
  };
}

/** What the system says of an address that cannot be listened on, in words that name the address. */
function cannotListen(error: unknown, { host, port }: ServeSettings): UsageError | undefined {
  if (!(error instanceof Error && 'syscall' in error && 'code' in error && (error.syscall === 'listen' || error.syscall === 'getaddrinfo'))) return undefined;
  return new UsageError(`cannot listen on ${host} port ${port}: ${error.code === 'EADDRINUSE' ? 'another program does already' : error.message}`);
}

function announce({ url, firstKeys }: { readonly url: string; readonly firstKeys: { readonly operator: string | undefined; readonly admin: string | undefined } }, { output }: Surroundings): void {
  if (output.json) {
    output.oneOfMany({ ready: url, firstKeys }, () => []);
    return;
  }
  const made = [...(firstKeys.operator === undefined ? [] : [`operator key ${firstKeys.operator}`]), ...(firstKeys.admin === undefined ? [] : [`admin key of tenant default ${firstKeys.admin}`])];
  output.lines([...(made.length === 0 ? [] : ['first keys, shown this once:', ...made.map((line) => `  ${line}`)]), `ready ${url}`]);
}
