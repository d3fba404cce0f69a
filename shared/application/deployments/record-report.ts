import { nowOf } from '#application/context';
import { decideAndAppend } from '#application/deployments/load-deployment';
import type { ConsumerHandlers } from '#application/handlers';
import { eventCatalogue } from '#contracts/events';

/** Records a target's report in the deployment's stream. A repeated or late report changes nothing; a superseded command counts as failed. */
export const recordReport: ConsumerHandlers['record-report'] = async (context, event) => {
  const { deployment, report } = eventCatalogue.ReportReceived.payload.parse(event.payload);
  await decideAndAppend(context, deployment, { type: 'Report', command: report.command, outcome: report.outcome === 'succeeded' ? 'succeeded' : 'failed', reason: report.reason, at: nowOf(context) });
};
