import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import * as z from 'zod';

import { Failure } from '#contracts/errors';
import { audit } from '#engine/audit';
import type { AuditReport } from '#engine/audit';
import type { Anchor, AuditSource } from '#engine/audit-source';
import { openDataFolderAudit } from '#standalone/audit-source';
import { MASTER_KEY_FILE, readMasterKey } from '#standalone/master-key';
import { isDamaged } from '#standalone/sqlite-error';

import { withAwsPackages } from './aws-packages.ts';

/** Where the events are; in a data folder the master key is `master.key` when no other is named and it is there. */
export type AuditedPlace = ({ readonly dataFolder: string } | { readonly eventsTable: string; readonly stateTable: string }) & { readonly masterKeyFile?: string };

type OpenAudit = AuditSource & { close(): void };

const report = z.object({ checkpoints: z.record(z.string(), z.object({ number: z.int(), seal: z.string() })) });

/**
 * Audits the events of a data folder or of a control plane on AWS, also while it works. `against` is a file with what an earlier audit answered, `now` the time in milliseconds since 1970.
 * @throws Failure `not-found` when there is no such data; `conflict` for another master key; `internal-error` for a file that SQLite cannot read; `rule-broken` for an `against` that is none
 */
export async function auditPlace(place: AuditedPlace, against?: string, now = Date.now()): Promise<AuditReport> {
  const anchors = against === undefined ? {} : await anchorsOf(against);
  try {
    const source = await open(place);
    try {
      return await audit(source, { anchors, now });
    } finally {
      source.close();
    }
  } catch (error) {
    if (!isDamaged(error)) throw error;
    throw new Failure('internal-error', { detail: `The file of the data folder is damaged, and SQLite cannot read it to its end: ${error instanceof Error ? error.message : String(error)}. Restore a backup.`, cause: error });
  }
}

async function open(place: AuditedPlace): Promise<OpenAudit> {
  if ('eventsTable' in place) {
    const { openTablesAudit } = await withAwsPackages('tables', async () => await import('#aws/audit-source'));
    return await openTablesAudit(place, place.masterKeyFile === undefined ? undefined : await readMasterKey(place.masterKeyFile, false));
  }
  return await openDataFolderAudit(place.dataFolder, await masterKeyOf(place));
}

/** A data folder whose key is kept elsewhere can be audited without it. */
async function masterKeyOf({ dataFolder, masterKeyFile }: { readonly dataFolder: string; readonly masterKeyFile?: string }): Promise<Uint8Array | undefined> {
  if (masterKeyFile !== undefined) return await readMasterKey(masterKeyFile, false);
  return await readMasterKey(join(dataFolder, MASTER_KEY_FILE), false).catch((error: unknown) => {
    if (error instanceof Failure && error.code === 'conflict') return undefined;
    throw error;
  });
}

async function anchorsOf(file: string): Promise<{ readonly [tenant: string]: Anchor }> {
  const broken = (cause: unknown) => new Failure('rule-broken', { detail: `${file} is not what \`sluice audit verify --json\` prints.`, cause });
  const text = await readFile(file, 'utf8').catch((error: unknown) => { throw new Failure('not-found', { detail: `There is no file ${file}.`, cause: error }); });
  try {
    return report.parse(JSON.parse(text)).checkpoints;
  } catch (error) {
    throw broken(error);
  }
}
