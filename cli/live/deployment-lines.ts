import type { DeploymentView, StepView } from '#contracts/views';

import { cut, harmless, widthOf } from '../paint.ts';
import type { Colour, Paint } from '../paint.ts';
import { duration } from '../words.ts';

/** How a view is drawn: `rows` bounds its height, where there is a terminal. */
export type Look = { readonly paint: Paint; readonly columns: number; readonly now: number; readonly rows?: number };

/** The cells of a bar of 100 %. */
const BAR_CELLS = 20;

const signs: { readonly [Status in StepView['status']]: readonly [sign: string, colour: Colour] } = {
  pending: ['○', 'dim'], running: ['●', 'cyan'], succeeded: ['✔', 'green'], failed: ['✘', 'red'], skipped: ['↷', 'dim'],
};

const stateColours: { readonly [State in DeploymentView['state']]: Colour } = {
  Requested: 'dim', Planned: 'dim', Progressing: 'cyan', Paused: 'yellow', RollingBack: 'yellow', Succeeded: 'green', Failed: 'red', RolledBack: 'red', Aborted: 'yellow',
};

/** A state's word in its colour. */
export function paintedState(state: DeploymentView['state'], paint: Paint): string {
  return paint(stateColours[state], state);
}

/** A deployment as it is now: what it is, its steps, the weight of each target, verdicts, and what it waits for. */
export function deploymentLines(view: DeploymentView, look: Look): readonly string[] {
  const { paint } = look;
  const head = [
    `${paint('bold', `${view.application} ${view.release}`)} → ${paint('bold', view.environment)}${view.strategy === null ? '' : `, ${view.strategy}`}: ${paintedState(view.state, paint)}`,
    `  ${view.reason}`,
    paint('dim', `  ${view.id}, asked for by ${view.requestedBy.name}${view.retryOf === null ? '' : `, a retry of ${view.retryOf}`}${view.rollbackOf === null ? '' : `, a rollback of ${view.rollbackOf}`}`),
  ];
  const tail = [...weightLines(view, paint), ...view.checks.filter((check) => check.outcome === 'failed').map((check) => `  ${paint('red', '✘')} check ${check.check} (${check.phase}): ${check.reason}`), ...verdictLines(view, paint), ...waitLines(view, paint)];
  const room = (look.rows ?? Number.POSITIVE_INFINITY) - head.length - tail.length;
  return [...head, ...stepLines(view, look, room), ...tail].map((line) => cut(harmless(line).replaceAll('\n', ' '), look.columns));
}

/** The steps, or as many around the present one as there is room for. */
function stepLines(view: DeploymentView, look: Look, room: number): readonly string[] {
  const width = Math.max(0, ...view.steps.map((step) => widthOf(step.title)));
  const lines = view.steps.map((step) => {
    const [sign, colour] = signs[step.status];
    const shown = step.phase === 'forward' ? step.title : `${step.title} (${step.phase})`;
    const title = step.status === 'running' ? look.paint('bold', shown.padEnd(width)) : shown.padEnd(width);
    return `  ${look.paint(colour, sign)} ${title}  ${timing(step, look.now)}${step.status === 'failed' ? `  ${step.reason}` : ''}${commandsOf(step)}`.trimEnd();
  });
  if (lines.length <= room) return lines;
  const size = Math.max(1, room - 2);
  const present = Math.max(0, view.steps.findIndex((step) => step.id === view.step));
  const from = Math.max(0, Math.min(present - Math.floor(size / 2), lines.length - size));
  const below = lines.length - from - size;
  return [from > 0 ? `  … ${from} before` : '', ...lines.slice(from, from + size), below > 0 ? `  … ${below} after` : ''].filter((line) => line !== '');
}

function timing(step: StepView, now: number): string {
  if (step.startedAt === null) return '';
  const began = Date.parse(step.startedAt);
  const seconds = Math.max(0, Math.round(((step.endedAt === null ? now : Date.parse(step.endedAt)) - began) / 1000));
  const attempt = step.attempt > 1 ? `, attempt ${step.attempt}` : '';
  if (step.status !== 'running' || step.until === null) return `${duration(seconds)}${attempt}`;
  return `${duration(seconds)} of ${duration(Math.max(0, Math.round((Date.parse(step.until) - began) / 1000)))}${attempt}`;
}

/** Which of a running step's commands are still awaited or have failed. */
function commandsOf(step: StepView): string {
  if (step.status !== 'running' && step.status !== 'failed') return '';
  const open = step.commands.filter((command) => command.status !== 'succeeded');
  return open.length === 0 ? '' : `  ${open.map((command) => `${command.component}@${command.target} ${command.status}`).join(', ')}`;
}

function weightLines(view: DeploymentView, paint: Paint): readonly string[] {
  const width = Math.max(0, ...view.targets.map((target) => widthOf(target.name)));
  return view.targets.map((target) => {
    const percent = Math.min(100, Math.max(0, view.weightPercent[target.name] ?? 0));
    const cells = Math.round((percent / 100) * BAR_CELLS);
    return `  ${target.name.padEnd(width)}  ${paint('green', '█'.repeat(cells))}${paint('dim', '░'.repeat(BAR_CELLS - cells))} ${String(percent).padStart(3)} % on ${view.release}${target.stable === null || percent === 100 ? '' : `, else ${target.stable}`}`;
  });
}

function verdictLines(view: DeploymentView, paint: Paint): readonly string[] {
  const colours = { Successful: 'green', Failed: 'red', Inconclusive: 'yellow', Error: 'yellow' } as const;
  return view.verdicts.map((one) => `  ${paint(colours[one.verdict], one.verdict)} ${one.step === null ? 'in the background' : `in ${one.step}`}: ${one.reason}`);
}

function waitLines(view: DeploymentView, paint: Paint): readonly string[] {
  const present = view.steps.find((step) => step.id === view.step && step.status === 'running');
  const ways = [
    ...(view.paused === null ? [] : [`paused by ${view.paused.by}${view.paused.until === null ? '' : ` until ${view.paused.until}`}: ${view.paused.reason}`, `  sluice resume ${view.id}`]),
    ...(present?.kind === 'approve' ? [`waits for approval${approvedBy(view, present.id)}`, `  sluice approve ${view.id}`, `  sluice deny ${view.id}`] : []),
    ...(present?.kind === 'pause' ? [`pauses until ${present.until ?? 'somebody promotes it'}`, `  sluice promote ${view.id}`] : []),
  ];
  return ways.map((way) => `  ${paint('yellow', way)}`);
}

/** Who has approved already, where more than one must. */
function approvedBy(view: DeploymentView, step: string): string {
  const names = view.approvals.filter((one) => one.step === step).map((one) => one.by.name);
  return names.length === 0 ? '' : `, approved by ${names.join(', ')}`;
}
