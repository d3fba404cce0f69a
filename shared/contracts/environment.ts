import * as z from 'zod';

import { resourceName } from '#domain/resources/names';

/** One setting of a program: by flag and by environment variable; the flag goes before the variable, the variable before the default. */
export type Setting = {
  readonly variable: `SLUICE_${string}`;
  /** What stands for the value in help, as `PORT`; a setting without one is on or off. */
  readonly placeholder?: string;
  readonly description: string;
};

const switchedOn = z.union([z.boolean(), z.enum(['1', 'true', 'yes', '0', 'false', 'no', '']).transform((text) => ['1', 'true', 'yes'].includes(text))], { error: 'must be 1, true, yes, 0, false or no' });
const hostName = z.string().min(1).max(255).regex(/^[A-Za-z0-9.:[\]-]+$/, 'must be a host name or address');
const portNumber = z.coerce.number('must be a port number').int('must be a port number').min(0, 'must be from 0 to 65535').max(65_535, 'must be from 0 to 65535');
const path = z.string().min(1, 'must be a path').max(4096);
const variableName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, 'must be the name of an environment variable');

/** Where the data of a control plane is, and the key to what is sealed in it: what `sluice serve` and `sluice admin` have in common. */
export const dataSettings = z.strictObject({ data: path.default('.sluice'), masterKeyFile: path.optional() });

/** The settings of `sluice serve`: where it listens, where its data is, and how it is protected. */
export const serveSettings = z.strictObject({
  host: z.string().min(1, 'must be an address or a host name').max(255).default('127.0.0.1'),
  port: portNumber.default(7700),
  ...dataSettings.shape,
  tlsCert: path.optional(),
  tlsKey: path.optional(),
  /** What can follow `Bearer`. Source: RFC 6750 §2.1. */
  adminKey: z.string().regex(/^(?=.{8,512}$)[A-Za-z0-9\-._~+/]+=*$/, 'must be 8 to 512 letters, digits or the characters - . _ ~ + /').optional(),
  insecure: switchedOn.default(false),
  allowedHosts: z.union([z.array(hostName), z.string().transform((text) => text.split(',').map((name) => name.trim()).filter((name) => name !== '')).pipe(z.array(hostName))]).default([]),
}).superRefine((settings, context) => {
  if ((settings.tlsCert === undefined) !== (settings.tlsKey === undefined)) {
    const missing = settings.tlsCert === undefined ? 'tlsCert' : 'tlsKey';
    context.addIssue({ code: 'custom', path: [missing], message: 'must be given, for a certificate and its key go together' });
  }
});

export type ServeSettings = z.output<typeof serveSettings>;

/** Where each setting of `sluice serve` comes from. There is no flag for the admin key: the arguments of a process can be read by others. */
export const serveVariables = {
  host: { variable: 'SLUICE_HOST', placeholder: 'ADDRESS', description: 'the address to listen on (127.0.0.1); any but loopback needs TLS or --insecure' },
  port: { variable: 'SLUICE_PORT', placeholder: 'PORT', description: 'the port to listen on (7700); 0 takes any free one' },
  data: { variable: 'SLUICE_DATA', placeholder: 'FOLDER', description: 'the folder for all data (.sluice), made if it is missing' },
  tlsCert: { variable: 'SLUICE_TLS_CERT', placeholder: 'FILE', description: 'a certificate chain in PEM form; read again when it changes' },
  tlsKey: { variable: 'SLUICE_TLS_KEY', placeholder: 'FILE', description: 'the private key of the certificate in PEM form; read again when it changes' },
  masterKeyFile: { variable: 'SLUICE_MASTER_KEY_FILE', placeholder: 'FILE', description: 'the key that encrypts secrets; else one is made in the data folder' },
  adminKey: { variable: 'SLUICE_ADMIN_KEY', placeholder: 'KEY', description: 'the value of the first admin key of the tenant "default", for scripts; else one is made and printed once' },
  insecure: { variable: 'SLUICE_INSECURE', description: 'listen on other addresses without TLS, because something in front provides it' },
  allowedHosts: { variable: 'SLUICE_ALLOWED_HOSTS', placeholder: 'NAME', description: 'a further name by which clients call this server, as behind a proxy; in the variable separated by commas' },
} as const satisfies { readonly [Name in keyof ServeSettings]: Setting };

/** The settings of `sluice agent`, beside server and key: which target it speaks for, where it keeps its state, and what it may run. */
export const agentSettings = z.strictObject({
  target: resourceName,
  state: path.default('.sluice-agent'),
  allow: z.union([z.array(path), z.string().transform((text) => text.split(',').map((entry) => entry.trim()).filter((entry) => entry !== '')).pipe(z.array(path))]).default([]),
  allowVariables: z.union([z.array(variableName), z.string().transform((text) => text.split(',').map((entry) => entry.trim()).filter((entry) => entry !== '')).pipe(z.array(variableName))]).default([]),
  listenHost: z.string().min(1, 'must be an address').max(255).default('127.0.0.1'),
  metricsPort: portNumber.default(0),
});

export type AgentSettings = z.output<typeof agentSettings>;

/** Where each setting of `sluice agent` comes from. */
export const agentVariables = {
  target: { variable: 'SLUICE_TARGET', placeholder: 'NAME', description: 'the target that this agent speaks for; its key must be bound to it' },
  state: { variable: 'SLUICE_AGENT_STATE', placeholder: 'FOLDER', description: 'the folder for state and logs (.sluice-agent), made if it is missing' },
  allow: { variable: 'SLUICE_ALLOW', placeholder: 'PATH', description: 'an executable that may be run, by its path or its name on the PATH, or a folder of such; in the variable separated by commas; without any, nothing is run' },
  allowVariables: { variable: 'SLUICE_ALLOW_VARIABLES', placeholder: 'NAME', description: 'a variable that releases may set although it could make a program run other code than its own, as NODE_OPTIONS; in the environment separated by commas' },
  listenHost: { variable: 'SLUICE_LISTEN_HOST', placeholder: 'ADDRESS', description: 'the address on which components are reached (127.0.0.1); 0.0.0.0 for every address of this machine' },
  metricsPort: { variable: 'SLUICE_METRICS_PORT', placeholder: 'PORT', description: 'the loopback port of /metrics (any free one)' },
} as const satisfies { readonly [Name in keyof AgentSettings]: Setting };

/** The settings of every command that calls a server. */
export const clientVariables = {
  url: { variable: 'SLUICE_URL', placeholder: 'URL', description: 'the server\'s address (http://127.0.0.1:7700)' },
  key: { variable: 'SLUICE_KEY', placeholder: 'KEY', description: 'the API key; the environment or the config file keeps it out of the list of processes' },
} as const satisfies Record<string, Setting>;

/** The address of a server on this machine that was started without settings. */
export const DEFAULT_URL = 'http://127.0.0.1:7700';

/** Reads settings from flags and, for those not given, from their variables; an empty variable counts as not given. */
export function settingsFrom<Name extends string>(
  variables: { readonly [Key in Name]: Setting },
  flags: { readonly [name: string]: unknown },
  environment: { readonly [variable: string]: string | undefined },
): { readonly [name: string]: unknown } {
  const names = Object.keys(variables).filter((name): name is Name => Object.hasOwn(variables, name));
  return Object.fromEntries(names.flatMap((name) => {
    const variable = environment[variables[name].variable];
    const value = flags[name] ?? (variable === '' ? undefined : variable);
    return value === undefined ? [] : [[name, value]];
  }));
}
