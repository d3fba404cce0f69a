import { forget, inboxItem } from '#application/agents/inbox';
import type { Context } from '#application/context';
import { everyDocument } from '#application/every-document';

/** An agent that reads its commands forgets late ones by itself; what is left after ten minutes more is for an agent that is gone. */
const LATE_MILLISECONDS = 600_000;

/** Removes the commands that no agent has read in time; answers how many. */
export async function expireCommands(context: Context): Promise<number> {
  const before = context.ports.clock.now() - LATE_MILLISECONDS;
  let count = 0;
  for await (const found of everyDocument(context, 'commands')) {
    const { command } = inboxItem.parse(found.document);
    if (Date.parse(command.deadline) > before) continue;
    await forget(context, command);
    count += 1;
  }
  return count;
}
