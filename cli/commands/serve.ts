import { fieldErrorsOf } from '#client/field-errors';
import { SluiceError } from '#client/sluice-error';
import { serveSettings, serveVariables, settingsFrom } from '#contracts/environment';
import type { ServeSettings } from '#contracts/environment';

import { command, flagOf } from '../command.ts';
import type { Options, Surroundings } from '../command.ts';
import { outcomes } from '../exit-codes.ts';
import { UsageError } from '../usage-error.ts';

const { host, port, data, tlsCert, tlsKey, masterKeyFile, insecure, allowedHosts } = serveVariables;

const described = <Setting extends { readonly variable: string; readonly description: string }>(setting: Setting): Setting => ({ ...setting, description: `${setting.description}; environment ${setting.variable}` });

const serveOptions = {
  host: { type: 'text', ...described(host) },
  port: { type: 'text', ...described(port) },
  data: { type: 'text', completes: 'folder', ...described(data) },
  tlsCert: { type: 'text', completes: 'file', ...described(tlsCert) },
  tlsKey: { type: 'text', completes: 'file', ...described(tlsKey) },
  masterKeyFile: { type: 'text', completes: 'file', ...described(masterKeyFile) },
  insecure: { type: 'switch', ...described(insecure) },
  allowedHost: { type: 'texts', ...described(allowedHosts) },
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
  run: async (surroundings, { options: { allowedHost, insecure, ...flags } }) => {
    const settings = settingsOf({ ...flags, insecure: insecure ? true : undefined, allowedHosts: allowedHost.length > 0 ? allowedHost : undefined }, surroundings.environment);
    const { startStandalone } = await import('#standalone/runtime');
    const { log, listen, ...rest } = startOptions(settings, surroundings);
    const running = await startStandalone({ ...rest, listen, log }).catch((error: unknown) => {
      throw cannotListen(error, settings) ?? error;
    });
    announce(running, surroundings);
    await aborted(surroundings.signal);
    surroundings.output.note('finishing');
    await running.close();
    return outcomes.done.exitCode;
  },
});

function settingsOf(flags: Readonly<Record<string, unknown>>, environment: Surroundings['environment']): ServeSettings {
  const given = settingsFrom(serveVariables, flags, environment);
  const result = serveSettings.safeParse(given);
  if (result.success) return result.data;
  const names = new Map<string, string>(Object.entries(serveVariables).map(([name, setting]) => [name, name === 'adminKey' ? setting.variable : `${flagOf(name === 'allowedHosts' ? 'allowedHost' : name)} (${setting.variable})`]));
  const errors = fieldErrorsOf(result.error, given).map(({ field, rule, value }) => {
    const name = field.split('.')[0] ?? field;
    return { field: names.get(name) ?? field, rule, ...(value === undefined || name === 'adminKey' ? {} : { value }) };
  });
  throw SluiceError.of('bad-settings', 'nothing was started', { errors });
}

function startOptions(settings: ServeSettings, { output }: Surroundings) {
  const { tlsCert, tlsKey, host, port, insecure, allowedHosts } = settings;
  const tls = tlsCert === undefined || tlsKey === undefined ? {} : { tls: { certificateFile: tlsCert, keyFile: tlsKey } };
  return {
    dataFolder: settings.data,
    listen: { host, port, insecure, allowedHosts, ...tls },
    log: output.note,
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

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
