import type { z } from 'zod';

import { lookTimer, looksStream, openAnalyses, setLook } from '#application/analysis/start-looks';
import type { OpenAnalysis } from '#application/analysis/start-looks';
import { loadTemplate } from '#application/analysis/template';
import type { Context } from '#application/context';
import { nowOf } from '#application/context';
import { decideAndAppend, loadDeployment } from '#application/deployments/load-deployment';
import { Failure } from '#contracts/errors';
import type { EventPayload, NewEvent } from '#contracts/events';
import type { Sample } from '#contracts/samples';
import type { timerPayload } from '#contracts/timers';
import { payloadOf } from '#contracts/upcast';
import { NO_LOOKS, afterLook, judgeTarget, judgeTargets, measureLook, totalsOf } from '#domain/analysis/look';
import type { AnalysisProgress } from '#domain/analysis/look';
import type { Assessment } from '#domain/analysis/threshold';
import type { DeploymentState } from '#domain/deployment/state';
import type { AnalysisTemplateSpec } from '#domain/resources/analysis-template';

type LookTimer = Extract<z.infer<typeof timerPayload>, { kind: 'look' }>;
type Look = EventPayload<'LookTaken'>;

/** A look waits this long after its window for samples that are late; what comes later is dropped. */
const GRACE_SECONDS = 5;

/**
 * Who takes a look later than that was away. So were the agents, for whom there was nobody: they keep their samples for minutes and come
 * back within 30 s (their longest pause between two tries), and then have the ordinary grace.
 */
const RETURN_SECONDS = 30 + GRACE_SECONDS;

/**
 * Takes one look: closes its window, measures both sides on each target, writes LookTaken, and tells the deployment when a verdict is
 * reached; else sets the next look. A look that was taken before is not taken again, but what follows from it is done again.
 */
export async function takeLook(context: Context, timer: LookTimer): Promise<void> {
  const loaded = await loadDeployment(context, timer.deployment);
  const open = loaded === undefined ? undefined : openAnalyses(loaded.state).find((one) => one.step === timer.step && one.run === timer.run);
  if (loaded === undefined || open === undefined) return;
  const template = await loadTemplate(context, open);
  if (template === undefined) {
    await record(context, timer, { phase: 'Error', reason: `the analysis template ${open.template} is gone` }, 'pause');
    return;
  }
  const looks = await readLooks(context, timer);
  const window = { fromSecond: timer.startSecond + (timer.look - 1) * template.lookSeconds, toSecond: timer.startSecond + timer.look * template.lookSeconds };
  if (looks.some((one) => one.look === timer.look)) {
    await followUp(context, { timer, template, open }, judge(template, open, looks, window.toSecond - timer.startSecond));
    return;
  }
  const samples = await readSamples(context, loaded.state, open, window);
  const closesAtSecond = closeOf(context, timer, window.toSecond);
  if (!isComplete(loaded.state, samples, window.toSecond) && context.ports.clock.now() < closesAtSecond * 1000) {
    await context.ports.timers.set({ id: lookTimer(context, timer.deployment, timer), at: new Date(context.ports.clock.now() + 1000).toISOString(), payload: { ...timer, closesAtSecond } });
    return;
  }
  const late = await readSamples(context, loaded.state, open, { fromSecond: window.fromSecond - template.lookSeconds, toSecond: window.fromSecond });
  const taken = lookEvents({ state: loaded.state, timer, template, open, window, before: looks, samples, late });
  await appendLooks(context, timer, looks.length, taken);
  await followUp(context, { timer, template, open }, judge(template, open, [...looks, ...taken], window.toSecond - timer.startSecond));
}

/** When a look closes at the latest. It is fixed when it is first looked for, and looks that became late together wait together. */
function closeOf(context: Context, timer: LookTimer, toSecond: number): number {
  const ordinary = toSecond + GRACE_SECONDS;
  const nowSecond = context.ports.clock.now() / 1000;
  return Math.max(ordinary, timer.closesAtSecond ?? (nowSecond > ordinary ? Math.ceil(nowSecond) + RETURN_SECONDS : ordinary));
}

type TargetSamples = { readonly [target: string]: readonly Sample[] };

async function readLooks(context: Context, timer: LookTimer): Promise<readonly Look[]> {
  const stored = await context.ports.events.read({ tenant: context.tenant, stream: looksStream(timer.deployment, timer) });
  return stored.map((one) => payloadOf('LookTaken', one));
}

async function readSamples(context: Context, state: DeploymentState, open: OpenAnalysis, window: { readonly fromSecond: number; readonly toSecond: number }): Promise<TargetSamples> {
  const found = await Promise.all(open.targets.map(async (target) => [target, await context.ports.samples.read(context.tenant, { target, application: state.request.application, ...window })] as const));
  return Object.fromEntries(found);
}

/** Whether both sides' last second is in on every target. */
function isComplete(state: DeploymentState, samples: TargetSamples, toSecond: number): boolean {
  return Object.entries(samples).every(([target, found]) => releasesOf(state, target).every((release) => found.some((one) => one.release === release && one.second >= toSecond - 1)));
}

function releasesOf(state: DeploymentState, target: string): readonly string[] {
  const stable = state.plan?.targets.find((one) => one.name === target)?.stable?.release;
  return stable === undefined ? [state.request.release] : [state.request.release, stable];
}

function lookEvents(at: { readonly state: DeploymentState; readonly timer: LookTimer; readonly template: AnalysisTemplateSpec; readonly open: OpenAnalysis; readonly window: { readonly fromSecond: number; readonly toSecond: number }; readonly before: readonly Look[]; readonly samples: TargetSamples; readonly late: TargetSamples }): readonly Look[] {
  const { state, timer, template, window } = at;
  return at.open.targets.map((target): Look => {
    const [release, stable] = releasesOf(state, target);
    const side = (name: string | undefined) => totalsOf((at.samples[target] ?? []).filter((one) => one.release === name));
    const measurements = measureLook(template, { canary: side(release), stable: side(stable) });
    const progress = afterLook(progressOf(at.before, target), measurements);
    const { phase, reason } = judgeTarget(template, progress, isOver(at.open, window.toSecond - timer.startSecond));
    const last = at.before.findLast((one) => one.target === target);
    const droppedSamples = last === undefined ? 0 : Math.max(0, (at.late[target]?.length ?? 0) - last.samples);
    return { deployment: timer.deployment, step: timer.step, run: timer.run, look: timer.look, target, ...window, measurements: [...measurements], verdict: phase, samples: at.samples[target]?.length ?? 0, droppedSamples, reason };
  });
}

function judge(template: AnalysisTemplateSpec, open: OpenAnalysis, looks: readonly Look[], elapsedSeconds: number): Assessment {
  return judgeTargets(open.targets.map((target) => ({ target, ...judgeTarget(template, progressOf(looks, target), isOver(open, elapsedSeconds)) })));
}

function progressOf(looks: readonly Look[], target: string): AnalysisProgress {
  return looks.filter((one) => one.target === target).reduce((progress, one) => afterLook(progress, one.measurements), NO_LOOKS);
}

function isOver(open: OpenAnalysis, elapsedSeconds: number): boolean {
  return open.horizonSeconds !== null && elapsedSeconds >= open.horizonSeconds;
}

async function appendLooks(context: Context, timer: LookTimer, expectedVersion: number, looks: readonly Look[]): Promise<void> {
  if (looks.length === 0) return;
  const events: readonly NewEvent[] = looks.map((payload) => ({ type: 'LookTaken', payload }));
  try {
    await context.ports.events.append({ tenant: context.tenant, stream: looksStream(timer.deployment, timer), expectedVersion, events, at: nowOf(context), traceId: context.traceId });
  } catch (error) {
    // The same look was taken at the same time by a repeated timer: its events are there, and so is what follows from them.
    if (!(error instanceof Failure) || error.code !== 'version-conflict') throw error;
  }
}

async function followUp(context: Context, about: { readonly timer: LookTimer; readonly template: AnalysisTemplateSpec; readonly open: OpenAnalysis }, assessment: Assessment): Promise<void> {
  const { timer, template } = about;
  if (assessment.phase !== 'Running' && !(assessment.phase === 'Successful' && timer.step === null)) {
    await record(context, timer, assessment, template.onInconclusive);
    return;
  }
  await setLook(context, timer.deployment, { ...timer, look: timer.look + 1, lookSeconds: template.lookSeconds });
}

async function record(context: Context, timer: LookTimer, assessment: Assessment, onInconclusive: 'pause' | 'rollBack'): Promise<void> {
  if (assessment.phase === 'Running') return;
  await decideAndAppend(context, timer.deployment, { type: 'RecordVerdict', step: timer.step, run: timer.run, verdict: assessment.phase, reason: assessment.reason, onInconclusive, at: nowOf(context) });
}
