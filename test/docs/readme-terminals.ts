import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { projectFiles, readProjectFile, root } from '../architecture/project.ts';

/** A command of a shell block, and what the comment behind it says. */
export type ReadmeLine = { readonly command: string; readonly comment: string };

/** What a command said and how it ended. */
export type Ended = { readonly code: number | null; readonly output: string };

/** How long a command that goes on may take until it says what is waited for: `npm start` starts npm and Node, cold. */
const READY_SECONDS = 60;

/** The code blocks of a section of the README that are in a language. */
export function readmeBlocks(heading: string, language: string): readonly string[] {
  const section = readProjectFile('README.md').split(/^## /m).find((one) => one.startsWith(`${heading}\n`)) ?? '';
  return [...section.matchAll(/```(\w+)\n([\s\S]*?)```/g)].flatMap(([, of, text = '']) => (of === language ? [text] : []));
}

/** The commands of a shell block. */
export function linesOf(block: string): readonly ReadmeLine[] {
  return block.split('\n').filter((line) => line.trim() !== '').map((line) => {
    const [command = '', ...comment] = line.split(/\s+# /);
    return { command: command.trim(), comment: comment.join(' # ').trim() };
  });
}

/** A command that goes on in a terminal of its own. */
export class Terminal {
  output = '';
  readonly #child: ChildProcess;
  readonly #closed: Promise<number | null>;

  constructor(command: string, folder: string, environment: NodeJS.ProcessEnv) {
    // A process group of its own, as a terminal gives: so that npm, npx and what they start are ended together.
    this.#child = spawn('bash', ['-c', command], { cwd: folder, env: environment, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    for (const stream of [this.#child.stdout, this.#child.stderr]) stream?.on('data', (chunk: Buffer) => { this.output += chunk.toString(); });
    this.#closed = new Promise((resolve) => { this.#child.once('close', (code) => resolve(code)); });
  }

  async ended(): Promise<Ended> {
    return { code: await this.#closed, output: this.output };
  }

  /** Waits until its output matches. @throws with its output when it ends before, or stays silent */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    return await new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`it did not say ${String(pattern)} within ${READY_SECONDS} s: ${this.output}`)), READY_SECONDS * 1000);
      const look = () => {
        const found = pattern.exec(this.output);
        if (found === null) return;
        clearTimeout(timer);
        resolve(found);
      };
      for (const stream of [this.#child.stdout, this.#child.stderr]) stream?.on('data', look);
      this.#child.once('close', () => reject(new Error(`it ended before it said ${String(pattern)}: ${this.output}`)));
      look();
    });
  }

  /** Presses Ctrl-C, and waits for the end. */
  async interrupt(): Promise<void> {
    if (this.#child.pid !== undefined && this.#child.exitCode === null && this.#child.signalCode === null) process.kill(-this.#child.pid, 'SIGINT');
    await this.#closed;
  }
}

/** A folder that looks like a fresh clone with its packages; its own are the data that commands write, and the shop, which is open at another port. */
export class FreshFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'sluice-readme-'));

  constructor(shopPort: number) {
    const tops = new Set(['node_modules', ...projectFiles().map((path) => path.split('/')[0] ?? '')]);
    for (const name of tops) {
      if (name !== 'examples') symlinkSync(join(root, name), join(this.path, name));
    }
    cpSync(join(root, 'examples', 'shop'), join(this.path, 'examples', 'shop'), { recursive: true });
    for (const name of readdirSync(join(this.path, 'examples', 'shop'))) {
      const file = join(this.path, 'examples', 'shop', name);
      writeFileSync(file, readFileSync(file, 'utf8').replaceAll('8080', String(shopPort)));
    }
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
