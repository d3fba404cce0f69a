import { rebuildAll } from '#application/rebuild';
import { isTerminal } from '#domain/deployment/state';

import type { InvariantName } from './broken-invariant.ts';
import type { ControlPlane } from './control-plane.ts';
import type { Ledger } from './ledger.ts';
import type { Plan } from './plan.ts';
import type { SimulatedDisk } from './simulated-disk.ts';
import type { SimulatedMachine } from './simulated-machine.ts';
import type { Subscriber } from './subscriber.ts';

/** A complaint: which invariant, about whom, and what is wrong. */
export type Complaint = readonly [invariant: InvariantName, subject: string, detail: string];

/** The world at its end. */
export type Ended = {
  readonly ledger: Ledger;
  readonly controlPlane: ControlPlane;
  readonly machines: ReadonlyMap<string, SimulatedMachine>;
  readonly subscribers: readonly Subscriber[];
  /** Lets time pass until something is done. */
  readonly done: (work: () => Promise<unknown>) => Promise<void>;
};

/** What must be empty once everything has ended, by a query that says what is there. */
const mustBeEmpty = {
  // Whoever parked it for the last time may have died before it was given back; where nothing runs any more, nobody waits for that.
  'parked token': "SELECT wait AS found FROM parked_tokens t JOIN executions e ON e.tenant = t.tenant AND e.name = t.deployment WHERE e.status = 'RUNNING'",
  'running execution': "SELECT name AS found FROM executions WHERE status = 'RUNNING'",
  'wake of an ended execution': 'SELECT name AS found FROM executions WHERE wake_ms IS NOT NULL',
  'call of a machine': 'SELECT task AS found FROM execution_tasks',
  'held lease': 'SELECT holder AS found FROM leases WHERE holder IS NOT NULL',
  'place in the queue': 'SELECT deployment AS found FROM lease_queue',
  'delivery that is not done': "SELECT consumer || ' of ' || stream || ' ' || version || ': ' || coalesce(reason, '') AS found FROM deliveries WHERE due_ms < :now",
  'delivery that was given up': "SELECT consumer || ' of ' || stream || ' ' || version || ': ' || reason AS found FROM failed_deliveries",
  // One that was set (or a delivery put off) while the clock was ahead comes later, and one for the last moment of a clean-up, which is a week away, finds nothing to do then.
  'timer': 'SELECT id AS found FROM timers WHERE due_ms < :now',
  'timer that was given up': "SELECT id || ': ' || reason AS found FROM failed_timers",
  // A check that nobody waits for any more is forgotten ten minutes after its deadline.
  'command in an inbox': "SELECT key AS found FROM read_models WHERE model = 'commands' AND key NOT LIKE '%/validate/%'",
  'event that was not relayed': 'SELECT type AS found FROM events WHERE position > (SELECT position FROM relay)',
} as const;

const PROJECTED = "SELECT tenant || ' ' || model || ' ' || key || ' ' || version || ' ' || document AS found FROM read_models WHERE model IN ('deployments', 'resources', 'tenants') ORDER BY tenant, model, key";

/** Everything that is not as it must be once faults have stopped and the world has come to rest. */
export async function finalComplaints(ended: Ended, plan: Plan): Promise<readonly Complaint[]> {
  const { ledger, controlPlane } = ended;
  const known = [...ledger.deployments.values()];
  const unended = known.flatMap(({ tenant, id, state, rules }): Complaint[] => {
    const subject = `${tenant}/${id}`;
    if (!isTerminal(state)) return [['steps end', subject, `it is ${state.name}: ${state.reason}`]];
    if (state.cleanupAt !== null) return [['steps end', subject, 'its clean-up never ended']];
    return rules.openSteps.map((step) => ['steps end', subject, `its step ${step} never ended`]);
  });
  const left = Object.entries(mustBeEmpty).flatMap(([what, query]) => foundBy(controlPlane.disk, query.replace(':now', `${controlPlane.clock.now()}`)).map((found): Complaint => ['steps end', found, `left behind: ${what}: ${found}`]));
  const traffic = [...ended.machines].flatMap(([place, machine]) => {
    const [tenant = '', target = ''] = place.split('/');
    return [
      ...ledger.traffic.complaints(tenant, target, machine).map((detail): Complaint => ['traffic settles', place, detail]),
      ...[...machine.reports.keys()].map((command): Complaint => ['steps end', place, `the report of ${command} was never taken`]),
    ];
  });
  const asked = [...plan.dawn, ...plan.operations].filter(({ act }) => ['deploy', 'retry', 'rollback'].includes(act.kind)).length;
  const doubled: readonly Complaint[] = known.length > asked ? [['nothing doubled', '', `${known.length} deployments were made, and ${asked} asked for`]] : [];
  return [...unended, ...left, ...traffic, ...doubled, ...viewComplaints(ended), ...(await rebuiltComplaints(ended))];
}

function viewComplaints({ subscribers }: Ended): readonly Complaint[] {
  return subscribers.flatMap((one): Complaint[] => {
    const missing = one.missing();
    if (missing.length > 0) return [['subscriber view', '', `${missing.length} events were never seen, the first of them ${missing[0]?.stream ?? ''} ${missing[0]?.version ?? ''}`]];
    return one.sawAll ? [] : [['subscriber view', '', 'more or fewer events were seen than there are']];
  });
}

/** The read models as they are, and as they are when they are made anew from the streams alone. */
async function rebuiltComplaints({ controlPlane, done }: Ended): Promise<readonly Complaint[]> {
  const before = foundBy(controlPlane.disk, PROJECTED);
  await done(async () => await rebuildAll(controlPlane.engine.contextOf('operator')));
  const after = foundBy(controlPlane.disk, PROJECTED);
  const gone = before.filter((line) => !after.includes(line));
  const come = after.filter((line) => !before.includes(line));
  return [...gone.map((line): Complaint => ['read models', '', `shown, and not in a fresh fold: ${line}`]), ...come.map((line): Complaint => ['read models', '', `in a fresh fold, and not shown: ${line}`])];
}

function foundBy(disk: SimulatedDisk, query: string): readonly string[] {
  return disk.connection.all(query).map((row) => String(row['found']));
}
