import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { root } from '../architecture/project.ts';

/** What a finished command left. */
export type Finished = { readonly status: number | null; readonly stdout: string; readonly stderr: string };

/** A process of the installed package. */
export type Started = {
  /** Resolves with the first line of its output that fits; rejects when it ends before, with what it said. */
  line(pattern: RegExp): Promise<string>;
  /** Asks it to end, and resolves with its exit code. */
  stop(): Promise<number | null>;
};

/** The package as a user has it: packed, and installed in an empty folder. */
export class InstalledPackage {
  readonly folder = mkdtempSync(join(tmpdir(), 'sluice-pack-'));
  readonly #started: Started[] = [];

  /** Packs the clone and installs the archive, from npm's cache where it can. */
  install(): void {
    const packed = this.#mustRun('npm', ['pack', '--pack-destination', this.folder], root);
    const archive = readdirSync(this.folder).find((name) => name.endsWith('.tgz'));
    if (archive === undefined) throw new Error(`npm pack wrote no archive: ${packed.stdout}`);
    this.write('package.json', JSON.stringify({ name: 'consumer', private: true, type: 'module' }));
    this.#mustRun('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', join(this.folder, archive)], this.folder);
  }

  /** Paths of what the package itself brought. */
  files(): readonly string[] {
    return readdirSync(join(this.folder, 'node_modules', 'sluice'), { recursive: true, withFileTypes: true })
      .filter((one) => one.isFile())
      .map((one) => join(one.parentPath, one.name).slice(join(this.folder, 'node_modules', 'sluice').length + 1).replaceAll('\\', '/'));
  }

  /** Writes a file of the consumer. */
  write(path: string, text: string): void {
    mkdirSync(join(this.folder, path, '..'), { recursive: true });
    writeFileSync(join(this.folder, path), text);
  }

  /** Gives the consumer a package that the clone has: its own dependency, as one that the installed package asks for as a peer. */
  link(name: string): void {
    symlinkSync(join(root, 'node_modules', name), join(this.folder, 'node_modules', name), 'junction');
  }

  /** Whether there is a file or folder of the consumer's. */
  has(path: string): boolean {
    return existsSync(join(this.folder, path));
  }

  /** Reads a file of the consumer's. */
  read(path: string): string {
    return readFileSync(join(this.folder, path), 'utf8');
  }

  /** Runs a command in the consumer's folder. */
  run(command: string, words: readonly string[], environment: Readonly<Record<string, string>> = {}): Finished {
    return run({ command, words, folder: this.folder, environment });
  }

  /** Starts what `npx sluice …` runs, without npx between: it passes no signal on. `stop` ends what a test did not. */
  start(words: readonly string[], environment: Readonly<Record<string, string>>): Started {
    const child = spawn(join(this.folder, 'node_modules', '.bin', 'sluice'), words, { cwd: this.folder, env: outsideEnvironment(environment), stdio: ['ignore', 'pipe', 'pipe'] });
    const ended = new Promise<number | null>((resolve) => { child.on('close', resolve); });
    let output = '';
    const read = (chunk: Buffer) => { output += chunk.toString(); };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    const started: Started = {
      line: async (pattern) => await new Promise<string>((resolve, reject) => {
        const look = () => {
          const found = output.split('\n').find((line) => pattern.test(line));
          if (found !== undefined) resolve(found);
        };
        child.stdout.on('data', look);
        child.stderr.on('data', look);
        child.on('close', () => reject(new Error(`sluice ${words.join(' ')} ended without a line that fits ${pattern}: ${output}`)));
        look();
      }),
      stop: async () => {
        child.kill('SIGTERM');
        return await ended;
      },
    };
    this.#started.push(started);
    return started;
  }

  /** Ends every process that was started. */
  async stop(): Promise<void> {
    await Promise.all(this.#started.map(async (one) => await one.stop()));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #mustRun(command: string, words: readonly string[], folder: string): Finished {
    const finished = run({ command, words, folder, environment: {} });
    if (finished.status !== 0) throw new Error(`${command} ${words.join(' ')} failed: ${finished.stdout}${finished.stderr}`);
    return finished;
  }
}

type Run = { readonly command: string; readonly words: readonly string[]; readonly folder: string; readonly environment: Readonly<Record<string, string>> };

function run({ command, words, folder, environment }: Run): Finished {
  const { status, stdout, stderr } = spawnSync(command, words, { cwd: folder, env: outsideEnvironment(environment), encoding: 'utf8', shell: process.platform === 'win32' });
  return { status, stdout, stderr };
}

/** A user's environment: without what npm and vitest have set for this clone, and without its `node_modules/.bin` on the path. */
function outsideEnvironment(more: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_OPTIONS$|NODE_ENV$|VITEST|SLUICE_|INIT_CWD$)/.test(name) || name === 'npm_config_cache');
  const path = (process.env.PATH ?? '').split(':').filter((folder) => !folder.startsWith(root)).join(':');
  return { ...Object.fromEntries(kept), PATH: path, ...more };
}
