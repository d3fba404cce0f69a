import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

import * as z from 'zod';

/**
 * Which process is meant: its id, and when it started, since ids are used again. On Linux the start is the boot's id and field 22 of
 * `/proc/PID/stat` (clock ticks since boot; proc_pid_stat(5)); elsewhere what `ps -o lstart` prints.
 */
export const processIdentity = z.strictObject({ pid: z.int().min(2), startedAt: z.string().min(1) });
export type ProcessIdentity = z.infer<typeof processIdentity>;

/** A variable in the environment of a process by which it is known as one of ours. */
export type Mark = { readonly name: string; readonly value: string };

type ProcessStatus = { readonly startedAt: string; readonly groupId: number; readonly ended: boolean };

const onLinux = process.platform === 'linux';
let bootId: string | undefined;

/** The identity of the process that has this id now; `undefined` when there is none, or only an entry that waits to be collected. */
export function identityOf(pid: number): ProcessIdentity | undefined {
  const status = statusOf(pid);
  return status === undefined || status.ended ? undefined : { pid, startedAt: status.startedAt };
}

/** The identity of a child that was just started, even when it has ended already and only waits to be collected. */
export function identityOfChild(pid: number): ProcessIdentity | undefined {
  const status = statusOf(pid);
  return status === undefined ? undefined : { pid, startedAt: status.startedAt };
}

/** Whether this very process still runs: one that was given the same id later is another. */
export function isAlive(identity: ProcessIdentity): boolean {
  return identityOf(identity.pid)?.startedAt === identity.startedAt;
}

/**
 * Signals a process and its whole group (it was started as the leader of one). Answers false, and signals nobody, when the id belongs to
 * another process by now.
 */
export function signalGroup(identity: ProcessIdentity, signal: 'SIGTERM' | 'SIGKILL'): boolean {
  if (!isAlive(identity)) return false;
  return kill(-identity.pid, signal) || kill(identity.pid, signal);
}

/**
 * What a group's leader left behind. The leader is gone, so its id proves nothing: only processes that carry the mark in their environment
 * belong to it. Where there is no `/proc` nothing can be proven, and nothing is found.
 */
export function leftovers(groupId: number, mark: Mark): readonly number[] {
  return markedProcesses(mark).filter((pid) => statusOf(pid)?.groupId === groupId);
}

/** Ends what a group's leader left behind, one by one. */
export function endLeftovers(groupId: number, mark: Mark): void {
  for (const pid of leftovers(groupId, mark)) kill(pid, 'SIGKILL');
}

/** The processes of this user whose environment carries a mark; empty where there is no `/proc`. */
export function markedProcesses(mark: Mark): readonly number[] {
  if (!onLinux) return [];
  const wanted = `${mark.name}=${mark.value}`;
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => environmentOf(pid).includes(wanted));
}

function environmentOf(pid: number): readonly string[] {
  return (readProcess(`/proc/${pid}/environ`) ?? '').split('\0');
}

function statusOf(pid: number): ProcessStatus | undefined {
  return onLinux ? linuxStatus(pid) : portableStatus(pid);
}

function linuxStatus(pid: number): ProcessStatus | undefined {
  const text = readProcess(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  // The second field is the name in parentheses, which may itself hold spaces and parentheses; the third follows the last one.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, , group] = fields;
  const ticks = fields[22 - 3];
  if (state === undefined || group === undefined || ticks === undefined) return undefined;
  bootId ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return { startedAt: `${bootId}/${ticks}`, groupId: Number(group), ended: state === 'Z' || state === 'X' };
}

function portableStatus(pid: number): ProcessStatus | undefined {
  try {
    const text = execFileSync('ps', ['-o', 'pgid=,stat=,lstart=', '-p', String(pid)], { encoding: 'utf8', env: { LC_ALL: 'C', PATH: process.env['PATH'] }, stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    const [group, state, ...start] = text.split(/\s+/);
    if (group === undefined || state === undefined) return undefined;
    return { startedAt: start.join(' '), groupId: Number(group), ended: state.startsWith('Z') };
  } catch {
    // `ps` ends with 1 when there is no such process, and tells nothing else apart.
    return undefined;
  }
}

function readProcess(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    // A process may end between being listed and being read, or belong to another user.
    if (error instanceof Error && 'code' in error && ['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(String(error.code))) return undefined;
    throw error;
  }
}

function kill(pid: number, signal: 'SIGTERM' | 'SIGKILL'): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ESRCH' || error.code === 'EPERM')) return false;
    throw error;
  }
}
