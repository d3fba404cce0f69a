import { GENERATIONS_PER_TAKE } from '#ports/lease';

import type { Connection } from '../connection.ts';
import { integer, optionalText, text } from '../row.ts';
import type { Row } from '../row.ts';

/** A lease as it is stored; `stable` is JSON text. */
export type LeaseRow = {
  readonly target: string; readonly application: string; readonly holder: string | null; readonly generation: number; readonly stable: string | null; readonly stableBy: string | null;
};

/** A queued request as it is stored; `targets` is JSON text. */
export type QueueRow = {
  readonly deployment: string; readonly application: string; readonly environment: string; readonly targets: string; readonly priority: number; readonly at: string;
};

type Place = { readonly target: string; readonly application: string };
type Holder = { readonly tenant: string; readonly deployment: string };

export const leaseTransactions = { takeLeases, freeLeases, leasesOf, readLeases, listHeldLeases, enqueueForLeases, dequeueForLeases, queuedForLeases };

function takeLeases(connection: Connection, input: Holder & { readonly keys: readonly Place[] }): { readonly taken: readonly LeaseRow[] } | { readonly heldBy: readonly string[] } {
  const { tenant, deployment, keys } = input;
  const before = keys.map((key) => readLease(connection, tenant, key));
  const others = before.flatMap((lease) => (lease?.holder == null || lease.holder === deployment ? [] : [lease.holder]));
  if (others.length > 0) return { heldBy: [...new Set(others)] };
  for (const key of keys) {
    connection.run(
      `INSERT INTO leases (tenant, target, application, holder, generation) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET holder = excluded.holder, generation = leases.generation + excluded.generation WHERE leases.holder IS NULL`,
      tenant, key.target, key.application, deployment, GENERATIONS_PER_TAKE,
    );
  }
  const taken = keys.flatMap((key) => readLease(connection, tenant, key) ?? []);
  return { taken: taken.map((lease) => ({ ...lease, generation: lease.generation - 1 })) };
}

/** `stable` has, by target, what serves there from now on, as JSON text. */
function freeLeases(connection: Connection, input: Holder & { readonly stable: { readonly [target: string]: string | null } }): void {
  const { tenant, deployment } = input;
  for (const [target, stable] of Object.entries(input.stable)) {
    connection.run(
      'UPDATE leases SET stable = ?, stable_by = ? WHERE tenant = ? AND holder = ? AND target = ?',
      stable, stable === null ? null : deployment, tenant, deployment, target,
    );
  }
  connection.run('UPDATE leases SET holder = NULL WHERE tenant = ? AND holder = ?', tenant, deployment);
}

function leasesOf(connection: Connection, input: Holder): readonly LeaseRow[] {
  return connection.all('SELECT * FROM leases WHERE tenant = ? AND holder = ? ORDER BY target, application', input.tenant, input.deployment).map(leaseRow);
}

function readLeases(connection: Connection, input: { readonly tenant: string; readonly target: string; readonly application: string | null }): readonly LeaseRow[] {
  if (input.application === null) return connection.all('SELECT * FROM leases WHERE tenant = ? AND target = ? ORDER BY application', input.tenant, input.target).map(leaseRow);
  const lease = readLease(connection, input.tenant, { target: input.target, application: input.application });
  return lease === undefined ? [] : [lease];
}

function listHeldLeases(connection: Connection, input: { readonly tenant: string }): readonly LeaseRow[] {
  return connection.all('SELECT * FROM leases WHERE tenant = ? AND holder IS NOT NULL ORDER BY target, application', input.tenant).map(leaseRow);
}

function enqueueForLeases(connection: Connection, input: QueueRow & { readonly tenant: string }): void {
  connection.run(
    'INSERT OR REPLACE INTO lease_queue (tenant, deployment, application, environment, targets, priority, at) VALUES (?, ?, ?, ?, ?, ?, ?)',
    input.tenant, input.deployment, input.application, input.environment, input.targets, input.priority, input.at,
  );
}

function dequeueForLeases(connection: Connection, input: Holder): void {
  connection.run('DELETE FROM lease_queue WHERE tenant = ? AND deployment = ?', input.tenant, input.deployment);
}

function queuedForLeases(connection: Connection, input: { readonly tenant: string }): readonly QueueRow[] {
  return connection.all('SELECT * FROM lease_queue WHERE tenant = ? ORDER BY priority DESC, at, deployment', input.tenant).map((row) => ({
    deployment: text(row, 'deployment'), application: text(row, 'application'), environment: text(row, 'environment'),
    targets: text(row, 'targets'), priority: integer(row, 'priority'), at: text(row, 'at'),
  }));
}

function readLease(connection: Connection, tenant: string, key: Place): LeaseRow | undefined {
  const row = connection.get('SELECT * FROM leases WHERE tenant = ? AND target = ? AND application = ?', tenant, key.target, key.application);
  return row === undefined ? undefined : leaseRow(row);
}

function leaseRow(row: Row): LeaseRow {
  return {
    target: text(row, 'target'), application: text(row, 'application'), holder: optionalText(row, 'holder'),
    generation: integer(row, 'generation'), stable: optionalText(row, 'stable'), stableBy: optionalText(row, 'stable_by'),
  };
}
