import type { Retrier, State, StateMachine } from '#stepfunctions/language';

import { mermaid } from './mermaid.ts';

/** The page of a machine in the documentation: what it does, its graph, and each state with its limits. */
export function machinePage(name: string, machine: StateMachine): string {
  const rows = Object.entries(machine.States).filter(([, state]) => state.Type !== 'Choice').map(([state, one]) => `| ${state} | ${what(one)} | ${limit(one)} | ${retries(one)} |`);
  return [
    `# The machine \`${name}\``,
    '',
    `${machine.Comment}`,
    '',
    `Written by \`npm run graph\` from \`stepfunctions/${name}.asl.ts\`; change that, not this page.`,
    '',
    '```mermaid',
    mermaid(machine),
    '```',
    '',
    '| State | What it does | Time-out | Tried again |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

function what(state: State): string {
  const comment = 'Comment' in state ? (state.Comment ?? '') : '';
  if (state.Type !== 'Task') return comment || (state.Type === 'Succeed' ? 'The end.' : '');
  const waits = state.Resource.endsWith('.waitForTaskToken');
  return `${comment} ${waits ? 'Waits for' : 'Calls'} \`${functionOf(state)}\`.`.trim();
}

/** A machine names a function as `${validate_deployment}`; its file is `validate-deployment`. */
function functionOf(state: State & { readonly Type: 'Task' }): string {
  const name = /"FunctionName":"\$\{(\w+)\}"/.exec(JSON.stringify(state.Arguments))?.[1];
  return name?.replaceAll('_', '-') ?? state.Resource;
}

function limit(state: State): string {
  const seconds = state.Type === 'Task' ? state.TimeoutSeconds : undefined;
  if (seconds === undefined) return '';
  return typeof seconds === 'number' ? `${seconds.toLocaleString('en-US')} s` : 'as the plan says';
}

function retries(state: State): string {
  return 'Retry' in state ? (state.Retry ?? []).map(retry).join('; ') : '';
}

/** The defaults are those of the States Language: 3 attempts, 1 s, doubled each time, without an upper limit. */
function retry(one: Retrier): string {
  const { MaxAttempts = 3, IntervalSeconds = 1, BackoffRate = 2, MaxDelaySeconds } = one;
  return `${MaxAttempts} times, after ${IntervalSeconds} s × ${BackoffRate} each time${MaxDelaySeconds === undefined ? '' : `, at most ${MaxDelaySeconds} s`}`;
}
