import type { Context } from '#application/context';
import { loadTemplate } from '#application/analysis/template';
import { loadDeployment } from '#application/deployments/load-deployment';
import { BACKGROUND, isTerminal } from '#domain/deployment/state';
import type { DeploymentState } from '#domain/deployment/state';

/** An analysis that is going on: its step (`null` behind all steps), its run, and since when (ISO 8601 UTC). */
export type OpenAnalysis = { readonly step: string | null; readonly run: number; readonly since: string; readonly template: string; readonly templateVersion: number; readonly targets: readonly string[]; readonly horizonSeconds: number | null };

/**
 * Sets the first look of every analysis that is open and has not been looked at. Idempotent: the timer of a look has one id, and its time
 * is counted from when the analysis began and not from now, so that whatever else happens does not put it off.
 */
export async function startLooks(context: Context, deployment: string): Promise<void> {
  const loaded = await loadDeployment(context, deployment);
  if (loaded === undefined) return;
  for (const open of openAnalyses(loaded.state)) {
    if ((await context.ports.events.readLast({ tenant: context.tenant, stream: looksStream(deployment, open) })) !== undefined) continue;
    const template = await loadTemplate(context, open);
    if (template === undefined) continue;
    await setLook(context, deployment, { ...open, look: 1, startSecond: Math.floor(Date.parse(open.since) / 1000) + template.initialDelaySeconds, lookSeconds: template.lookSeconds });
  }
}

/** The analyses of a deployment that still wait for a verdict. */
export function openAnalyses(state: DeploymentState): readonly OpenAnalysis[] {
  const { plan } = state;
  if (plan === null || isTerminal(state) || state.rollback !== null || state.ending !== null) return [];
  const open = (step: string | null) => !state.verdicts.some((one) => one.step === step && one.run === state.runs[step ?? BACKGROUND]);
  const steps = state.steps.flatMap((one): OpenAnalysis[] => (one.step.kind === 'analyse' && one.status === 'running' && open(one.step.id)
    ? [{ step: one.step.id, run: state.runs[one.step.id] ?? 1, since: state.restartedAt[one.step.id] ?? one.startedAt ?? state.updatedAt, template: one.step.template, templateVersion: one.step.templateVersion, targets: one.step.targets, horizonSeconds: one.step.horizonSeconds }]
    : []));
  const moved = state.steps.find((one) => one.phase === 'forward' && one.attempt > 0 && 'weightPercent' in one.step && one.step.weightPercent > 0);
  if (plan.background === null || moved === undefined || !open(null)) return steps;
  const since = state.restartedAt[BACKGROUND] ?? moved.startedAt ?? state.updatedAt;
  return [...steps, { step: null, run: state.runs[BACKGROUND] ?? 1, since, ...plan.background, targets: plan.targets.filter((one) => one.stable !== null).map((one) => one.name), horizonSeconds: null }];
}

/** The stream of an analysis's looks: of its own, because looks are many and are not relayed. */
export function looksStream(deployment: string, analysis: { readonly step: string | null; readonly run: number }): string {
  return `looks/${deployment}/${analysis.step ?? BACKGROUND}/${analysis.run}`;
}

/** Sets the timer of one look: at the end of its window, plus a second for the samples to come in. */
export async function setLook(context: Context, deployment: string, next: { readonly step: string | null; readonly run: number; readonly look: number; readonly startSecond: number; readonly lookSeconds: number; readonly closesAtSecond?: number | undefined }): Promise<void> {
  const end = next.startSecond + next.look * next.lookSeconds;
  const { step, run, look, startSecond, closesAtSecond } = next;
  await context.ports.timers.set({
    id: lookTimer(context, deployment, next), at: new Date((end + 1) * 1000).toISOString(),
    payload: { kind: 'look', tenant: context.tenant, deployment, step, run, look, startSecond, ...(closesAtSecond === undefined ? {} : { closesAtSecond }) },
  });
}

/** The id of an analysis's timer: there is one look to wait for at a time. */
export function lookTimer(context: Context, deployment: string, analysis: { readonly step: string | null; readonly run: number }): string {
  return `look/${context.tenant}/${deployment}/${analysis.step ?? BACKGROUND}/${analysis.run}`;
}
