import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

import * as z from 'zod';

import { fieldErrorsOf } from '#client/field-errors';
import { DEFAULT_URL, clientVariables, settingsFrom } from '#contracts/environment';

import { UsageError } from './usage-error.ts';

/** The config file: the same two things that flags and environment can say. */
const configFile = z.strictObject({ url: z.string().min(1).optional(), key: z.string().min(1).optional() });

/** The largest config file that is read, in bytes; a key and an address take a few hundred. */
const MAXIMUM_CONFIG_BYTES = 65_536;

/** A file that others on the machine may read. Source: POSIX file mode bits of group and others. */
const OTHERS_MAY_READ = 0o044;

export type ServerSettings = { readonly url: string; readonly key?: string };

type Sources = { readonly flags: { readonly url?: string | undefined; readonly key?: string | undefined }; readonly environment: Readonly<Record<string, string | undefined>>; readonly warn: (text: string) => void };

/** Where the config file is. Source: XDG Base Directory Specification 0.8. */
export function configPath(environment: Readonly<Record<string, string | undefined>>): string {
  const home = environment.XDG_CONFIG_HOME;
  return join(home !== undefined && home.startsWith('/') ? home : join(environment.HOME ?? homedir(), '.config'), 'sluice', 'config.json');
}

/**
 * Finds server and key: by flag, else by environment, else in the config file. The config file's key goes to the config file's server
 * only: a key must not reach a server just because that was named on the command line.
 * @throws UsageError when the config file cannot be understood.
 */
export function serverSettings(sources: Sources): ServerSettings {
  const given = settingsFrom(clientVariables, sources.flags, sources.environment);
  const url = typeof given.url === 'string' ? given.url : undefined;
  const key = typeof given.key === 'string' ? given.key : undefined;
  if (url !== undefined && key !== undefined) return { url, key };
  const config = readConfig(configPath(sources.environment), sources.warn);
  const finalUrl = url ?? config.url ?? DEFAULT_URL;
  const finalKey = key ?? (serverOf(finalUrl) === serverOf(config.url ?? DEFAULT_URL) ? config.key : undefined);
  return { url: finalUrl, ...(finalKey === undefined ? {} : { key: finalKey }) };
}

/** Which server an address means: several may stand behind one host, each under a path of its own. */
function serverOf(url: string): string {
  if (!URL.canParse(url)) return url;
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname.replace(/\/+$/, '')}`;
}

function readConfig(path: string, warn: (text: string) => void): z.output<typeof configFile> {
  const text = textOf(path, warn);
  if (text === undefined) return {};
  const value = jsonOf(text, path);
  const config = configFile.safeParse(value);
  if (config.success) return config.data;
  // The value is not repeated: it may be a key.
  throw new UsageError(`${path}: ${fieldErrorsOf(config.error, value).map((one) => `${one.field} ${one.rule}`).join('; ')}`);
}

function textOf(path: string, warn: (text: string) => void): string | undefined {
  try {
    const { mode, size } = statSync(path);
    if (size > MAXIMUM_CONFIG_BYTES) throw new UsageError(`${path}: is larger than ${MAXIMUM_CONFIG_BYTES} bytes`);
    if (process.platform !== 'win32' && (mode & OTHERS_MAY_READ) !== 0) warn(`warning: ${path} can be read by others on this machine; run: chmod 600 ${path}`);
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof UsageError) throw error;
    if (isMissing(error)) return undefined;
    throw new UsageError(`${path}: cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

function jsonOf(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError(`${path}: is no JSON`);
  }
}
