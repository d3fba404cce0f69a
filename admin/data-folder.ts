import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { Failure } from '#contracts/errors';
import { DATABASE_FILE } from '#standalone/data-file';
import { MASTER_KEY_FILE, readMasterKey } from '#standalone/master-key';
import { openStandalonePorts } from '#standalone/open-ports';

import { contextOn } from './installation.ts';
import type { Installation } from './installation.ts';

/** Which data folder, its master key where that is kept elsewhere, and whether a new one may be made. */
export type DataFolderOptions = { readonly dataFolder: string; readonly masterKeyFile?: string; readonly mayBeNew: boolean };

/** Opens a stopped data folder. @throws Failure `not-found` for one without data, unless it may be new; else as opening it does */
export async function openDataFolder({ dataFolder, masterKeyFile, mayBeNew }: DataFolderOptions): Promise<Installation> {
  if (!mayBeNew && !existsSync(join(dataFolder, DATABASE_FILE))) throw new Failure('not-found', `${resolve(dataFolder)} holds no data of Sluice: there is no ${DATABASE_FILE} in it`);
  const { ports, close } = await openStandalonePorts({ dataFolder, ...(masterKeyFile === undefined ? {} : { masterKeyFile }) });
  const masterKey = await readMasterKey(masterKeyFile ?? join(dataFolder, MASTER_KEY_FILE), false);
  return { context: contextOn(ports), masterKey, around: {}, close };
}
