import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { openStandalonePorts } from '#standalone/open-ports';
import type { StandalonePorts } from '#standalone/open-ports';
import type { Clock } from '#ports/clock';

import { VirtualTime } from './virtual-time.ts';

/** A new empty folder, and how to remove it. */
export async function freshFolder(): Promise<{ readonly folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-test-'));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** The ports on a new data folder, which goes when they are closed. */
export async function openFresh(clock: Clock = new VirtualTime()): Promise<StandalonePorts & { readonly folder: string }> {
  const { folder, remove } = await freshFolder();
  const opened = await openStandalonePorts({ dataFolder: folder, clock });
  return {
    ...opened, folder,
    async close() {
      await opened.close();
      await remove();
    },
  };
}
