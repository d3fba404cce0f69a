import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** All processes are read at most this often, however many instances are looked at: about 20 µs for each process. */
const READ_MILLISECONDS = 500;

const KIBIBYTE = 1024;

/** The resident memory of all processes of each process group, in bytes, by the group's id. */
export type GroupSizes = ReadonlyMap<number, number>;

/** What process groups use of the memory; looks that come together share one reading. */
export class GroupMemory {
  readonly #read: () => Promise<GroupSizes>;
  readonly #now: () => number;
  #sizes: Promise<GroupSizes> | undefined;
  #readAt = 0;

  constructor(read: () => Promise<GroupSizes>, now: () => number) {
    this.#read = read;
    this.#now = now;
  }

  /** What the processes of a group use, in bytes; `undefined` when there are none. A page that several share counts for each of them. */
  async bytesOf(groupId: number): Promise<number | undefined> {
    if (this.#sizes === undefined || this.#now() - this.#readAt >= READ_MILLISECONDS) {
      this.#readAt = this.#now();
      this.#sizes = this.#read();
    }
    return (await this.#sizes).get(groupId);
  }
}

/** The groups of this machine: by `/proc/PID/status` (proc_pid_status(5)) on Linux, elsewhere by `ps`. */
export async function readGroupSizes(): Promise<GroupSizes> {
  return process.platform === 'linux' ? sizesOf(await linuxProcesses()) : sizesOf(await listedProcesses());
}

type Measured = { readonly groupId: number; readonly bytes: number };

function sizesOf(processes: readonly Measured[]): GroupSizes {
  const sizes = new Map<number, number>();
  for (const { groupId, bytes } of processes) sizes.set(groupId, (sizes.get(groupId) ?? 0) + bytes);
  return sizes;
}

async function linuxProcesses(): Promise<readonly Measured[]> {
  const found: Measured[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    // A process may end between being listed and being read.
    const status = await readFile(`/proc/${name}/status`, 'utf8').catch(() => '');
    const groupId = numberIn(status, /^NSpgid:\s+(\d+)/m);
    const kibibytes = numberIn(status, /^VmRSS:\s+(\d+) kB/m);
    if (groupId !== undefined && kibibytes !== undefined) found.push({ groupId, bytes: kibibytes * KIBIBYTE });
  }
  return found;
}

function numberIn(text: string, pattern: RegExp): number | undefined {
  const digits = pattern.exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

async function listedProcesses(): Promise<readonly Measured[]> {
  const { stdout } = await promisify(execFile)('ps', ['-axo', 'pgid=,rss='], { encoding: 'utf8' });
  return stdout.trim().split('\n').flatMap((line): readonly Measured[] => {
    const [groupId, kibibytes] = line.trim().split(/\s+/).map(Number);
    return groupId === undefined || kibibytes === undefined ? [] : [{ groupId, bytes: kibibytes * KIBIBYTE }];
  });
}
