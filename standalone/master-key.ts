import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';

import { Failure } from '#contracts/errors';
import { KEY_BYTES } from '#engine/sealing';

import { readIfThere, writeDurably } from './durable-file.ts';

/** The name of the key's file in a data folder that was given no other. */
export const MASTER_KEY_FILE = 'master.key';

const HEXADECIMAL = /^[0-9a-fA-F]{64}$/;

/**
 * Reads the master key: a file of 32 bytes, or of their 64 hexadecimal digits with or without a line end.
 * With `makeIfMissing` a missing file is made, for its owner alone (mode 0600); only a data folder that has sealed nothing yet may ask for that.
 * @throws Failure `conflict` when there is no file, `rule-broken` when it holds no such key.
 */
export async function readMasterKey(file: string, makeIfMissing: boolean): Promise<Uint8Array> {
  const content = await readIfThere(file);
  if (content !== undefined) return keyOf(content, file);
  if (!makeIfMissing) throw new Failure('conflict', `There is no master key at ${file}. Without it no secret can be read: restore the file.`);
  const key = new Uint8Array(randomBytes(KEY_BYTES));
  await writeDurably({ path: file, workFolder: dirname(file), content: key });
  return key;
}

function keyOf(content: Uint8Array, file: string): Uint8Array {
  if (content.length === KEY_BYTES) return content;
  const text = Buffer.from(content).toString('latin1').trim();
  if (HEXADECIMAL.test(text)) return new Uint8Array(Buffer.from(text, 'hex'));
  throw new Failure('rule-broken', `${file} holds no master key: it must have ${KEY_BYTES} bytes, or their ${2 * KEY_BYTES} hexadecimal digits.`);
}
