import { AuditedCheckpoints } from '#engine/audit-checkpoints';
import { AuditedSealing } from '#engine/audit-sealing';
import { AuditedStreams } from '#engine/audit-streams';
import type { Anchor, AuditFinding, AuditSource } from '#engine/audit-source';

/** What an audit came to. `findings` are at most `MAXIMUM_FINDINGS`; `found` counts all. */
export type AuditReport = {
  readonly tenants: number;
  readonly streams: number;
  readonly events: number;
  readonly checkpoints: { readonly [tenant: string]: Anchor & { readonly at: string } };
  readonly sealsChecked: boolean;
  /** Events that are newer than their tenant's last checkpoint, and when the oldest of them was made. */
  readonly unsealed: { readonly events: number; readonly since: string | null };
  readonly found: number;
  readonly findings: readonly AuditFinding[];
};

/** With what is compared: the newest checkpoints of an earlier audit, and the time, in milliseconds since 1970. */
type Auditing = { readonly anchors?: { readonly [tenant: string]: Anchor }; readonly now: number };

/** Who has more to look at has to look at one first; 1000 × some 300 bytes. */
const MAXIMUM_FINDINGS = 1000;

/**
 * Reads all events and checkpoints of an installation and compares them; changes nothing. Each event's hash must be that of its content and of the event before; each stream must go as far as
 * checkpoints and the store's own marks say, with the hashes that were sealed; checkpoints must be numbered without a gap, each seal must hold, and none may have been made long after what it seals. With `anchors`, the newest
 * checkpoints of an earlier audit, these must still be there. Memory: some 300 bytes for each stream.
 */
export async function audit(source: AuditSource, { anchors = {}, now }: Auditing): Promise<AuditReport> {
  const findings: AuditFinding[] = [];
  let found = 0;
  const tell = (finding: AuditFinding) => {
    found += 1;
    if (findings.length < MAXIMUM_FINDINGS) findings.push(finding);
  };
  const checkpoints = new AuditedCheckpoints(tell, async (tenant) => await source.dataKeyOf(tenant));
  for await (const one of source.checkpoints()) await checkpoints.add(one);
  checkpoints.end(anchors);
  const sealing = new AuditedSealing(tell, checkpoints.newest, now);
  const streams = new AuditedStreams(tell, checkpoints.sealed, sealing);
  for await (const end of source.ends()) streams.expect(end);
  for await (const event of source.events()) streams.add(event);
  const counted = streams.end();
  sealing.end(anchors);
  for await (const finding of source.rest()) tell(finding);
  return { ...counted, unsealed: sealing.unsealed, checkpoints: checkpoints.newest, sealsChecked: checkpoints.sealsChecked, found, findings };
}
