import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { openDataFolder } from '#admin/data-folder';
import type { Installation } from '#admin/installation';
import { exportTo } from '#admin/transfer';
import { everyDocument } from '#application/every-document';
import { PROJECTED_MODELS } from '#application/projector';
import { createTenant } from '#application/tenants/create-tenant';
import { makeKey } from '#application/keys/create-key';
import { canonicalJson } from '#contracts/canonical-json';
import type { TransferLine } from '#contracts/transfer';
import { transferLine } from '#contracts/transfer';
import { deploy, setUpShop } from '#test/application/shop';
import { SimulatedSystem } from '#test/application/simulated-system';

/** A control plane that has worked and was stopped: a shop with an analysed canary, one that went back, keys and a secret. */
export async function workedAndStopped(): Promise<SimulatedSystem> {
  const system = await SimulatedSystem.open();
  await createTenant(system.engine.contextOf('operator'), 'default', 'test');
  await makeKey(system.engine.contextOf('default'), { name: 'admin', role: 'admin', by: 'test' });
  await system.call('setSecret', { params: { name: 'database-password' }, body: { value: 'correct horse' } });
  await system.call('setSecret', { params: { name: 'database-password' }, body: { value: 'battery staple' } });
  await setUpShop(system, { strategy: { type: 'canary', steps: [{ weightPercent: 25 }, { analysis: { template: 'errors' } }] } });
  await system.pass(1);
  await deploy(system, '1.0.0');
  system.behaviour = { '1.0.0': { requests: 100, errors: 0 }, '1.1.0': { requests: 100, errors: 0 }, '1.2.0': { requests: 100, errors: 20 } };
  for (const release of ['1.1.0', '1.2.0']) {
    await deploy(system, release);
    await system.pass(30);
  }
  await system.call('putTarget', { params: { name: 'gone' }, body: { apiVersion: 'sluice.dev/v1', kind: 'Target', metadata: { name: 'gone' }, spec: { provider: 'agent' } } });
  await system.call('deleteTarget', { params: { name: 'gone' } });
  await system.settle();
  await system.stop();
  return system;
}

/** What an installation has: its export without what says when and where it was made, and its read models. */
export type Contents = { readonly lines: readonly unknown[]; readonly models: { readonly [model: string]: readonly unknown[] }; readonly secret: string | undefined };

/** Everything that is to be equal between two installations; events are compared stream by stream, as that is the order that is promised. */
export async function contentsOf(installation: Installation, file: string): Promise<Contents> {
  await exportTo(file, installation);
  const lines = linesOf(file).flatMap((line): unknown[] => (line.kind === 'sluice-export' ? [line.tenants] : line.kind === 'secret' ? [{ ...line, sealed: '', at: '' }] : [line]));
  const models: Record<string, readonly unknown[]> = {};
  for (const tenant of ['operator', 'default']) {
    for (const model of [...PROJECTED_MODELS, 'targets'] as const) {
      const found: unknown[] = [];
      for await (const document of everyDocument({ ...installation.context, tenant }, model)) found.push(document);
      models[`${tenant} ${model}`] = found;
    }
  }
  const secret = installation.masterKey === undefined ? undefined : await installation.context.ports.secrets.reveal('default', 'database-password');
  return { lines: lines.map(canonicalJson).toSorted(), models, secret };
}

/** The lines of an exported file. */
export function linesOf(file: string): readonly TransferLine[] {
  return readFileSync(file, 'utf8').trimEnd().split('\n').map((text) => transferLine.parse(JSON.parse(text)));
}

/** The contents of a stopped data folder; the export stays in the folder under this name. */
export async function contentsOfFolder(dataFolder: string, name: string): Promise<Contents> {
  const opened = await openDataFolder({ dataFolder, mayBeNew: false });
  try {
    return await contentsOf(opened, join(dataFolder, name));
  } finally {
    await opened.close();
  }
}
