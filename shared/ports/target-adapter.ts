import type { AdapterAnswer, Command, ComponentHealth, SecretValues } from '#contracts/adapter';

/**
 * Changes a target. Every verb answers within 10 s: `done`, `failed`, or `pending` with the time after which it is to be called again
 * with the same command. Idempotent by the command's id; fenced by its generation; nothing of a release reaches a shell.
 */
export interface TargetAdapter {
  perform(command: Command, secrets: SecretValues): Promise<AdapterAnswer>;
  /** What runs on the target. */
  observe(): Promise<readonly ComponentHealth[]>;
}
