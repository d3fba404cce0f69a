import { appendRecord } from '#application/append-record';
import type { Context } from '#application/context';
import { nowOf } from '#application/context';
import type { Finding } from '#application/sweep/finding';
import { payloadOf } from '#contracts/upcast';

/** How many findings of a tenant are recorded in a day: what is recorded stays for ever, and is read in each minute in which something is found: 500 of some 500 B are 250 kB. */
export const MAXIMUM_FINDINGS = 500;

/** How many of them may be of what targets say of themselves: whoever has an agent's key could otherwise keep all else from being recorded, by differing again and again. */
export const MAXIMUM_FINDINGS_OF_TARGETS = 300;

/**
 * Records findings in the tenant's stream of the day, `sweep/2026-11-21`: a stream for each day stays short. What could not be repaired
 * is found again every minute, and recorded once a day. Of too many findings the last that is recorded says so.
 */
export async function recordFindings(context: Context, findings: readonly Finding[]): Promise<void> {
  if (findings.length === 0) return;
  const stream = `sweep/${nowOf(context).slice(0, 'yyyy-mm-dd'.length)}`;
  // The bound of the day is the bound of this read; the one more is the word that there were too many.
  const recorded = await context.ports.events.read({ tenant: context.tenant, stream }, { limit: MAXIMUM_FINDINGS + 1 });
  const unrepaired = new Set(recorded.map((event) => payloadOf('SweepFound', event)).filter((one) => !one.repaired).map(sameness));
  let count = recorded.length;
  for (const found of findings) {
    if (unrepaired.has(sameness(found)) && !found.repaired) continue;
    const finding = count < mostOf(found) ? found : tooMany(context);
    if (unrepaired.has(sameness(finding)) && !finding.repaired) continue;
    if (!finding.repaired) unrepaired.add(sameness(finding));
    count = await appendRecord(context, stream, { type: 'SweepFound', payload: finding });
  }
}

function mostOf({ subject }: Finding): number {
  return subject.startsWith('target/') ? MAXIMUM_FINDINGS_OF_TARGETS : MAXIMUM_FINDINGS;
}

function tooMany({ tenant }: Context): Finding {
  const reason = `more was found on this day than is recorded: ${MAXIMUM_FINDINGS} findings, ${MAXIMUM_FINDINGS_OF_TARGETS} of them of targets; look at what was found most, and mend it`;
  return { kind: 'too-many-findings', subject: `tenant/${tenant}`, repaired: false, reason };
}

function sameness({ kind, subject }: Pick<Finding, 'kind' | 'subject'>): string {
  return `${kind} ${subject}`;
}
