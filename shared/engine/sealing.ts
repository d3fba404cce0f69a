import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** AES-256-GCM with a nonce of 96 and a tag of 128 bits (NIST SP 800-38D, §5.2.1). A key's random nonces suffice for 2^32 sealings (§8.3), far more than one tenant makes. */
const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** The length of master and data keys. */
export const KEY_BYTES = 32;

/** What a sealed text is bound to, part by part: opened under another name it does not open. */
export type SealedFor = readonly [purpose: string, ...parts: readonly (string | number)[]];

/** What a secret's value is bound to. */
export function secretSealedFor(tenant: string, name: string, version: number): SealedFor {
  return ['secret', tenant, name, version];
}

/** What a remembered answer is bound to. */
export function answerSealedFor(tenant: string, key: string): SealedFor {
  return ['idempotency', tenant, key];
}

/** Encrypts; the result is nonce, ciphertext and tag in this order. */
export function seal(key: Uint8Array, content: Uint8Array, sealedFor: SealedFor): Uint8Array {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, nonce);
  cipher.setAAD(Buffer.from(JSON.stringify(sealedFor)));
  return new Uint8Array(Buffer.concat([nonce, cipher.update(content), cipher.final(), cipher.getAuthTag()]));
}

/** Decrypts; answers `undefined` when the key, the name or the content is not the one it was sealed with. */
export function unseal(key: Uint8Array, sealed: Uint8Array, sealedFor: SealedFor): Uint8Array | undefined {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) return undefined;
  const decipher = createDecipheriv(ALGORITHM, key, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(JSON.stringify(sealedFor)));
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  const content = decipher.update(sealed.subarray(NONCE_BYTES, sealed.length - TAG_BYTES));
  try {
    return new Uint8Array(Buffer.concat([content, decipher.final()]));
  } catch {
    // Only `final` compares the tag; that it does not fit is the one thing that it throws for.
    return undefined;
  }
}
