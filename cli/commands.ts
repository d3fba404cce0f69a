import type { Command } from './command.ts';
import { actionCommands } from './commands/act.ts';
import { adminCommands } from './commands/admin.ts';
import { retryCommand, rollbackCommand } from './commands/again.ts';
import { agentCommand } from './commands/agent.ts';
import { applyCommand } from './commands/apply.ts';
import { auditCommands } from './commands/audit.ts';
import { aslRunCommand, eventsMatchCommand } from './commands/cases.ts';
import { backupCommands } from './commands/backup.ts';
import { completionCommand } from './commands/completion.ts';
import { deleteCommand } from './commands/delete.ts';
import { deployCommand } from './commands/deploy.ts';
import { eventsCommand } from './commands/events.ts';
import { getCommand } from './commands/get.ts';
import { judgeCommand } from './commands/judge.ts';
import { keyCommands } from './commands/keys.ts';
import { listCommand } from './commands/list.ts';
import { releasesCommand } from './commands/releases.ts';
import { schemaCommand } from './commands/schema.ts';
import { secretCommands } from './commands/secrets.ts';
import { serveCommand } from './commands/serve.ts';
import { targetsCommand } from './commands/targets.ts';
import { tenantCommands } from './commands/tenants.ts';
import { validateCommand } from './commands/validate.ts';
import { watchCommand } from './commands/watch.ts';

/** Every command there is. Help, completion, `docs/cli.md` and the parsing of the command line come from this table. */
export const commands: readonly Command[] = [
  applyCommand,
  deleteCommand,
  validateCommand,
  deployCommand,
  listCommand,
  getCommand,
  watchCommand,
  eventsCommand,
  ...actionCommands,
  rollbackCommand,
  retryCommand,
  releasesCommand,
  targetsCommand,
  ...secretCommands,
  ...keyCommands,
  ...tenantCommands,
  judgeCommand,
  schemaCommand,
  serveCommand,
  agentCommand,
  ...auditCommands,
  ...backupCommands,
  ...adminCommands,
  aslRunCommand,
  eventsMatchCommand,
  completionCommand(() => ({ commands, groups: commandGroups })),
];

/** The words that only stand before other commands. */
export const commandGroups: Readonly<Record<string, string>> = {
  secrets: 'Secrets of the tenant, whose values are never shown',
  keys: 'API keys of the tenant',
  tenants: 'Tenants, for the operator',
  audit: 'Whether events are as they were written',
  admin: 'The data of a control plane, for who runs it',
  asl: 'Amazon States Language',
};
