import { randomUUID } from 'node:crypto';

import * as z from 'zod';

import { Failure } from '#contracts/errors';
import { resourceName } from '#domain/resources/names';
import { readJsonFile, writeJsonFile } from '#agent/state/json-file';

const agentIdentity = z.strictObject({ instance: z.string(), target: resourceName, epoch: z.int().min(0) });
export type AgentIdentity = z.infer<typeof agentIdentity>;

/**
 * Which agent a state folder is that of; made at the first start, and anew while no claim has succeeded: a name that was mistyped binds nothing.
 * @throws Failure `conflict` when the folder is that of another target.
 */
export function readAgentIdentity(path: string, target: string): AgentIdentity {
  const known = readJsonFile(path, agentIdentity);
  if (known !== undefined && known.target !== target && known.epoch > 0) throw new Failure('conflict', `the state folder is that of target ${known.target}; name another folder for target ${target}`);
  if (known?.target === target) return known;
  const fresh = { instance: `agent-${randomUUID()}`, target, epoch: 0 };
  writeJsonFile(path, fresh);
  return fresh;
}

/** Keeps the epoch of the last claim. */
export function keepEpoch(path: string, identity: AgentIdentity, epoch: number): void {
  if (epoch !== identity.epoch) writeJsonFile(path, { ...identity, epoch });
}
