import * as z from 'zod';

import { isOfNoStream, unawaited } from '#application/agents/awaited';
import type { Context } from '#application/context';
import { everyDocument } from '#application/every-document';
import { command, report } from '#contracts/adapter';
import type { Command, Report } from '#contracts/adapter';

/**
 * What waits for a target's agent: the commands it has not reported on. A command stays until its report or its deadline; the
 * report of a check, or of what the sweep told again, belongs to no stream and is kept in its place until the one who asked has read it.
 */
export const inboxItem = z.strictObject({ command, report: report.omit({ command: true }).nullable(), at: z.iso.datetime() });

export type InboxItem = z.infer<typeof inboxItem>;

/** The most commands that are handed to an agent at once: an application may have 50 components, and several may be deployed. */
const HANDED_AT_ONCE = 100;

/**
 * Puts commands where their agents read them, and wakes the agents. Idempotent by the command's id and deadline: a check that is asked
 * again, because whoever asked was interrupted, is good for longer than the one before and takes its place.
 */
export async function putInInbox(context: Context, commands: readonly Command[], at: string): Promise<void> {
  for (const one of commands) {
    await context.ports.readModels.put(context.tenant, 'commands', { key: one.id, version: versionOf(one), index: { target: one.target }, document: { command: one, report: null, at } satisfies InboxItem });
  }
  for (const target of new Set(commands.map((one) => one.target))) await context.ports.connections.announceWork(context.tenant, target);
}

/** Grows with the deadline, and leaves room for the answer in between. */
function versionOf(one: Command): number {
  return Date.parse(one.deadline) * 2;
}

/**
 * The commands that a target is to do now, oldest first. Those past their deadline, and those that their deployments do not wait for any more,
 * are forgotten. Of an application only those of the highest generation are given, so that a target that was away does not first do what has
 * since been taken back; the others wait until these are done, and are then refused by the target's fence.
 */
export async function readInbox(context: Context, target: string, now: string): Promise<readonly Command[]> {
  const items: InboxItem[] = [];
  // All are read, few as they are: a newer command may come last.
  for await (const found of everyDocument(context, 'commands', { index: 'target', value: target })) items.push(inboxItem.parse(found.document));
  const late = items.filter((one) => one.command.deadline <= now);
  const waiting = items.filter((one) => one.report === null && one.command.deadline > now).sort((one, other) => (one.at < other.at ? -1 : one.at > other.at ? 1 : 0)).map((one) => one.command);
  const stale = await unawaited(context, waiting);
  for (const one of [...late.map(({ command }) => command), ...stale]) await forget(context, one);
  const open = waiting.filter((one) => !stale.has(one));
  return open.filter((one) => one.verb === 'check' || !open.some((other) => other.application === one.application && other.generation > one.generation)).slice(0, HANDED_AT_ONCE);
}

/** Whether a command is one of a target's; reports on others are of no interest. */
export async function inboxItemOf(context: Context, id: string): Promise<InboxItem | undefined> {
  const found = await context.ports.readModels.get(context.tenant, 'commands', id);
  return found === undefined ? undefined : inboxItem.parse(found.document);
}

/** Keeps the report of a command of no stream for the one who asked. */
export async function keepAnswer(context: Context, item: InboxItem, { command: _command, ...answer }: Report): Promise<void> {
  await context.ports.readModels.put(context.tenant, 'commands', { key: item.command.id, version: versionOf(item.command) + 1, index: { target: item.command.target }, document: { ...item, report: answer } satisfies InboxItem });
}

/** Takes a command away once nobody waits for it: for good, so that a late repetition cannot bring it back. Only what is of no stream may be asked again, at any time. */
export async function forget(context: Context, command: Command): Promise<void> {
  const { readModels } = context.ports;
  if (isOfNoStream(command)) await readModels.erase(context.tenant, 'commands', command.id);
  else await readModels.remove(context.tenant, 'commands', command.id, versionOf(command));
}

/** The answer to a command of no stream, once its target has given one. */
export async function keptAnswer(context: Context, id: string): Promise<Omit<Report, 'command'> | undefined> {
  return (await inboxItemOf(context, id))?.report ?? undefined;
}

/** Takes back a command that has not been done, or of which the answer is known; one that is not there is no error. */
export async function withdraw(context: Context, id: string): Promise<void> {
  const item = await inboxItemOf(context, id);
  if (item !== undefined) await forget(context, item.command);
}
