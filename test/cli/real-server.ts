import { TemporaryFolder, runCli } from './run-cli.ts';
import type { CliOptions, CliResult } from './run-cli.ts';
import { startStandalone } from '#standalone/runtime';

/** A control plane of this process, and the command line as its admin. */
export type RealServer = { readonly url: string; readonly operatorKey: string; readonly sluice: (words: readonly string[], options?: CliOptions) => Promise<CliResult>; readonly close: () => Promise<void> };

const ADMIN_KEY = 'admin-key-0123456789';

/** Starts the standalone engine on a free port. */
export async function startRealServer(): Promise<RealServer> {
  const folder = new TemporaryFolder();
  const running = await startStandalone({ dataFolder: folder.path, listen: { host: '127.0.0.1', port: 0 }, adminKey: ADMIN_KEY, log: () => undefined });
  return {
    url: running.url,
    operatorKey: running.firstKeys.operator ?? '',
    sluice: (words, options = {}) => runCli(words, { ...options, environment: { SLUICE_URL: running.url, SLUICE_KEY: ADMIN_KEY, ...options.environment } }),
    close: async () => {
      await running.close();
      folder[Symbol.dispose]();
    },
  };
}
