import { followDeployment } from '#client/index';
import type { DeploymentView, SluiceClient } from '#client/index';

import type { Traffic } from './traffic.ts';

/** Where the demo's lines go. */
export type Say = (line: string) => void;

/** Follows a deployment to its end and tells each step, weight and verdict as it happens. */
export async function showDeployment(client: SluiceClient, id: string, say: Say, traffic: Traffic | undefined): Promise<DeploymentView> {
  const told = new Set<string>();
  const once = (key: string, line: string) => {
    if (told.has(key)) return;
    told.add(key);
    say(line);
  };
  let last: DeploymentView | undefined;
  for await (const view of followDeployment(client, id)) {
    last = view;
    tell(view, once, traffic);
  }
  if (last === undefined) throw new Error(`deployment ${id} was never seen`);
  say(`  ${mark(last.state)} ${last.release} ${last.state}: ${last.reason}`);
  return last;
}

function tell(view: DeploymentView, once: (key: string, line: string) => void, traffic: Traffic | undefined): void {
  for (const check of view.checks.filter((one) => one.phase === 'before' && one.outcome === 'failed')) once(`check ${check.check}`, `  ✗ check ${check.check}: ${check.reason}`);
  for (const verdict of view.verdicts) once(`verdict ${verdict.step ?? ''} ${verdict.run}`, `  ⚖ verdict ${verdict.verdict}: ${verdict.reason}`);
  for (const step of view.steps.filter((one) => one.status !== 'pending')) {
    if (step.status === 'running') once(`${step.id} running ${step.attempt}`, `  … ${step.title}`);
    else once(`${step.id} ${step.status}`, `  ${step.status === 'succeeded' ? '✓' : step.status === 'failed' ? '✗' : '-'} ${step.title}${step.status === 'failed' ? `: ${step.reason}` : ''}`);
  }
  for (const [target, weight] of Object.entries(view.weightPercent)) once(`weight ${target} ${weight}`, `    ${bar(weight)} ${weight} % on ${view.release}${traffic === undefined ? '' : `  (${traffic.seen().requests} requests so far)`}`);
}

function bar(percent: number): string {
  const full = Math.round(percent / 5);
  return `[${'█'.repeat(full)}${'·'.repeat(20 - full)}]`;
}

function mark(state: DeploymentView['state']): string {
  return state === 'Succeeded' ? '✓' : '↩';
}
