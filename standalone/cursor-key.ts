import { randomBytes } from 'node:crypto';

import type { Ports } from '#ports/ports';

import { ENGINE_TENANT } from './engine.ts';

/** 256 bits, as the hash that signs with them has. */
const KEY_BYTES = 32;

/** The name under which the key is kept among the engine's own secrets. */
const NAME = 'cursor-key';

/** The key that signs cursors: made once, kept encrypted, the same after a restart. */
export async function cursorKeyOf(ports: Ports): Promise<Uint8Array> {
  const known = await ports.secrets.reveal(ENGINE_TENANT, NAME);
  if (known !== undefined) return Buffer.from(known, 'base64');
  const made = randomBytes(KEY_BYTES);
  await ports.secrets.set(ENGINE_TENANT, NAME, made.toString('base64'), new Date(ports.clock.now()).toISOString());
  return made;
}
