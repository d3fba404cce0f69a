import { checkTransfer, parseTransferLine } from '#application/transfer/check-transfer';
import { exportTenants } from '#application/transfer/export-tenants';
import { importTransfer } from '#application/transfer/import-transfer';
import type { Imported } from '#application/transfer/import-transfer';
import { Failure } from '#contracts/errors';
import type { TransferLine } from '#contracts/transfer';
import { FIRST_PREVIOUS_HASH, hashOf } from '#engine/event-chain';
import { seal, unseal } from '#engine/sealing';
import type { SealedFor } from '#engine/sealing';
import { readMasterKey } from '#standalone/master-key';

import { version } from '../shared/version.ts';
import type { Installation } from './installation.ts';
import { readLines, writeLines } from './lines-file.ts';

/** How many lines of each kind an export has. */
export type Exported = { readonly [Kind in TransferLine['kind']]: number };

type NamedSecret = { readonly tenant: string; readonly name: string; readonly version: number };

const exportedSecret = ({ tenant, name, version }: NamedSecret): SealedFor => ['exported-secret', tenant, name, version];

/**
 * Writes an installation, or one tenant of it, to a new file that only its owner can read.
 * @throws Failure `conflict` when the file is there already; else as `exportTenants`
 */
export async function exportTo(file: string, { context, masterKey }: Installation, tenant?: string): Promise<Exported> {
  const counts = { 'sluice-export': 0, event: 0, blob: 0, key: 0, lease: 0, claim: 0, secret: 0, end: 0 };
  const sealing = masterKey === undefined ? {} : { seal: (value: string, secret: NamedSecret) => seal(masterKey, Buffer.from(value, 'utf8'), exportedSecret(secret)) };
  async function* counted(): AsyncGenerator<TransferLine> {
    for await (const line of exportTenants(context, { version, ...(tenant === undefined ? {} : { tenant }), ...sealing })) {
      counts[line.kind] += 1;
      yield line;
    }
  }
  await writeLines(file, counted());
  return counts;
}

/**
 * Checks a file to its end and brings it in. With the master key of where it was written, the secrets too; they are sealed anew here.
 * @throws Failure as `checkTransfer` and `importTransfer`; `rule-broken` for a master key that does not open a secret
 */
export async function importFrom(file: string, { context, around }: Installation, sourceMasterKey?: Uint8Array): Promise<Imported> {
  const checked = await checkTransfer(context, linesOf(file), { first: FIRST_PREVIOUS_HASH, hashOf });
  const opening = sourceMasterKey === undefined ? {} : {
    unseal: (sealed: Uint8Array, secret: NamedSecret) => {
      const value = unseal(sourceMasterKey, sealed, exportedSecret(secret));
      if (value === undefined) throw new Failure('rule-broken', `The secret ${secret.name} of ${secret.tenant} does not open with this master key: it is not the one of where the file was written.`);
      return Buffer.from(value).toString('utf8');
    },
  };
  return await importTransfer(context, checked, linesOf(file), { ...around, ...opening });
}

async function* linesOf(file: string): AsyncGenerator<TransferLine> {
  let number = 0;
  for await (const text of readLines(file)) {
    number += 1;
    yield parseTransferLine(text, number);
  }
}

/** Reads a file with a master key. @throws Failure `conflict` when there is none, `rule-broken` when it holds no key */
export async function readKeyFile(file: string): Promise<Uint8Array> {
  return await readMasterKey(file, false);
}
