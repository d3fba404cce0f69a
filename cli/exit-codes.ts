import { SluiceError, clientErrors, isClientCode, isErrorCode } from '#client/sluice-error';
import { errors } from '#contracts/errors';
import type { DeploymentStateName } from '#contracts/views';

import { InterruptedError, UsageError } from './usage-error.ts';

/** How a command can end besides with an error of the API. These numbers are promised to scripts. */
export const outcomes = {
  done: { exitCode: 0, meaning: 'Done; where a deployment was waited for: Succeeded' },
  usage: { exitCode: 2, meaning: 'The command line cannot be understood, or a file cannot be read' },
  rolledBack: { exitCode: 10, meaning: 'A deployment was waited for: RolledBack' },
  failed: { exitCode: 11, meaning: 'A deployment was waited for: Failed' },
  aborted: { exitCode: 12, meaning: 'A deployment was waited for: Aborted' },
  checksFailed: { exitCode: 13, meaning: '`validate`: at least one check failed' },
  auditFailed: { exitCode: 14, meaning: '`audit verify`: something was changed, removed or reordered' },
  bug: { exitCode: 70, meaning: 'Something unexpected happened in the command line itself' },
  interrupted: { exitCode: 130, meaning: 'Interrupted (Ctrl-C); a deployment that was watched goes on' },
} as const;

export type Outcome = keyof typeof outcomes;

/** The exit code of a deployment that was waited for; 0 while it goes on. */
export function exitCodeOfState(state: DeploymentStateName): number {
  switch (state) {
    case 'RolledBack':
      return outcomes.rolledBack.exitCode;
    case 'Failed':
      return outcomes.failed.exitCode;
    case 'Aborted':
      return outcomes.aborted.exitCode;
    case 'Succeeded':
    case 'Requested':
    case 'Planned':
    case 'Progressing':
    case 'Paused':
    case 'RollingBack':
      return outcomes.done.exitCode;
  }
}

/** The exit code of whatever was thrown. A code that only a newer server knows counts by its status. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) return outcomes.usage.exitCode;
  if (error instanceof InterruptedError) return outcomes.interrupted.exitCode;
  if (!(error instanceof SluiceError)) return outcomes.bug.exitCode;
  if (isErrorCode(error.code)) return errors[error.code].exitCode;
  if (isClientCode(error.code)) return clientErrors[error.code].exitCode;
  const alike = Object.values(errors).find((one) => one.status === error.status);
  return alike?.exitCode ?? outcomes.bug.exitCode;
}

/** Every exit code with all it can mean, in order: what the documentation shows. */
export function exitCodeTable(): readonly { readonly exitCode: number; readonly meanings: readonly string[] }[] {
  const rows = [
    ...Object.values(outcomes),
    ...Object.entries(errors).map(([code, entry]) => ({ exitCode: entry.exitCode, meaning: `${entry.title} (\`${code}\`)` })),
    ...Object.entries(clientErrors).map(([code, entry]) => ({ exitCode: entry.exitCode, meaning: `${entry.title} (\`${code}\`)` })),
  ];
  const codes = [...new Set(rows.map((row) => row.exitCode))].sort((a, b) => a - b);
  return codes.map((exitCode) => ({ exitCode, meanings: rows.filter((row) => row.exitCode === exitCode).map((row) => row.meaning) }));
}
