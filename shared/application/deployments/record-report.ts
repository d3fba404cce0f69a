import { nowOf } from '#application/context';
import { decideAndAppend } from '#application/deployments/load-deployment';
import type { ConsumerHandlers } from '#application/handlers';
import { payloadOf } from '#contracts/upcast';

/** Records a target's report in the deployment's stream. A repeated or late report changes nothing; a superseded command counts as failed. */
export const recordReport: ConsumerHandlers['record-report'] = async (context, event) => {
  const { deployment, report } = payloadOf('ReportReceived', event);
  await decideAndAppend(context, deployment, { type: 'Report', command: report.command, outcome: report.outcome === 'succeeded' ? 'succeeded' : 'failed', reason: report.reason, at: nowOf(context) });
};
