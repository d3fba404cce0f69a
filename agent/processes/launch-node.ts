import { fileURLToPath } from 'node:url';

import { startProcess } from '#agent/processes/start-process';
import type { StartedProcess } from '#agent/processes/start-process';

/** What one of the agent's own detached processes takes over from its environment; the key is not among it. */
const INHERITED = ['PATH', 'HOME', 'USER', 'LANG', 'TZ', 'TMPDIR'] as const;

/** How to run one of the agent's own modules with this Node: from the TypeScript sources in a clone, else the compiled file. */
export function nodeArguments(moduleUrl: URL): readonly string[] {
  const path = fileURLToPath(moduleUrl);
  return path.endsWith('.ts') ? ['--conditions=sluice-source', '--disable-warning=ExperimentalWarning', path] : [path];
}

/** The environment of the agent's own detached processes. */
export function nodeEnvironment(): { readonly [name: string]: string } {
  return Object.fromEntries(INHERITED.flatMap((name) => { const value = process.env[name]; return value === undefined ? [] : [[name, value]]; }));
}

/** The address of a module beside the calling one, with the caller's own ending: `.ts` in a clone, `.js` in a package. */
export function siblingModule(callerUrl: string, name: string): URL {
  return new URL(`${name}${callerUrl.endsWith('.ts') ? '.ts' : '.js'}`, callerUrl);
}

/** Starts one of the agent's own modules detached, in a group of its own; it outlives the agent. */
export function launchNode(moduleUrl: URL, given: { readonly arguments: readonly string[]; readonly logPath: string }): Promise<StartedProcess> {
  return startProcess({
    executable: { path: process.execPath, calledAs: process.execPath },
    arguments: [...nodeArguments(moduleUrl), ...given.arguments],
    workingDirectory: '/',
    environment: nodeEnvironment(),
    logPath: given.logPath,
  });
}
