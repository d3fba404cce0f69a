import { appendRecord } from '#application/append-record';
import type { Context } from '#application/context';
import { nowOf } from '#application/context';
import type { Finding } from '#application/sweep/finding';
import { payloadOf } from '#contracts/upcast';

/**
 * Records findings in the tenant's stream of the day, `sweep/2026-11-21`: a stream for each day stays short. What could not be repaired
 * is found again every minute, and recorded once a day.
 */
export async function recordFindings(context: Context, findings: readonly Finding[]): Promise<void> {
  const stream = `sweep/${nowOf(context).slice(0, 'yyyy-mm-dd'.length)}`;
  const known = findings.some((one) => !one.repaired) ? await unrepairedOf(context, stream) : new Set<string>();
  for (const finding of findings) {
    if (finding.repaired || !known.has(sameness(finding))) await appendRecord(context, stream, { type: 'SweepFound', payload: finding });
  }
}

async function unrepairedOf(context: Context, stream: string): Promise<ReadonlySet<string>> {
  const events = await context.ports.events.read({ tenant: context.tenant, stream });
  const found = events.map((event) => payloadOf('SweepFound', event));
  return new Set(found.filter((one) => !one.repaired).map(sameness));
}

function sameness({ kind, subject }: Pick<Finding, 'kind' | 'subject'>): string {
  return `${kind} ${subject}`;
}
