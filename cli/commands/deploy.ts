import { ifRunning, priority } from '#domain/deployment/events';
import { isDispatched } from '#domain/deployment/plan';
import type { PlanStep } from '#domain/deployment/plan';
import { strategyType } from '#domain/resources/strategy';
import type { PlanView } from '#contracts/views';

import { command } from '../command.ts';
import type { Options, Surroundings } from '../command.ts';
import { outcomes } from '../exit-codes.ts';
import { follow } from '../live/follow.ts';
import { duration } from '../words.ts';

/** Flag of all commands that begin a deployment. */
export const watchOption = { type: 'switch', description: 'follow it to its end; the exit code tells how it ended' } as const;

/** What makes up a request, for `deploy` and `validate`. */
export const requestOptions = {
  environment: { type: 'text', placeholder: 'NAME', description: 'where it goes' },
  strategy: { type: 'text', placeholder: 'TYPE', choices: strategyType.options, description: 'the strategy; its parameters come from the environment (the environment\'s default)' },
} as const satisfies Options;

export const deployCommand = command({
  path: ['deploy'],
  summary: 'Put a release into an environment',
  arguments: { application: { description: 'the application' }, release: { description: 'its release' } },
  options: {
    ...requestOptions,
    environment: { ...requestOptions.environment, required: true },
    ifRunning: { type: 'text', placeholder: 'WAY', choices: ifRunning.options, description: 'what to do when another deployment holds a target: wait behind it, abort it, or refuse (queue)' },
    priority: { type: 'text', placeholder: 'PRIORITY', choices: priority.options, description: 'a queued deployment is replaced by one of equal or higher priority (normal)' },
    watch: watchOption,
    dryRun: { type: 'switch', description: 'show the plan and change nothing' },
  },
  examples: [
    { command: 'sluice deploy shop 1.4.2 --environment production --watch', does: 'deploy by the environment\'s strategy and follow it' },
    { command: 'sluice deploy shop 1.4.2 --environment production --strategy canary --dry-run', does: 'show what would happen' },
    { command: 'sluice deploy shop 1.4.2 --environment production --if-running supersede', does: 'take the place of what runs now' },
  ],
  json: 'what was accepted: `{id, state, version}`; with --watch one line of it, then one line per event, then the deployment as it ended; with --dry-run the plan.',
  run: async (surroundings, { arguments: { application, release }, options }) => {
    const { client, output, signal } = surroundings;
    const { environment, strategy, ifRunning, priority } = options;
    const body = { application, release, environment, ...(strategy === undefined ? {} : { strategy }), ...(ifRunning === undefined ? {} : { ifRunning }), ...(priority === undefined ? {} : { priority }) };
    if (options.dryRun) {
      const plan = await client().exchange('planDeployment', { body }, { signal, repeatable: true });
      output.answer(plan.unchanged, () => planLines(plan.body, output));
      return outcomes.done.exitCode;
    }
    const accepted = await client().exchange('requestDeployment', { body }, { signal });
    return showAccepted(surroundings, accepted, { what: `${application} ${release} → ${environment}`, watch: options.watch });
  },
});

/** Tells of a deployment that was accepted, and follows it if that was asked for. */
export async function showAccepted(surroundings: Surroundings, accepted: { readonly body: { readonly id: string; readonly state: string }; readonly unchanged: unknown }, given: { readonly what: string; readonly watch: boolean }): Promise<number> {
  const { id, state } = accepted.body;
  const show = given.watch ? surroundings.output.oneOfMany : surroundings.output.answer;
  show(accepted.unchanged, () => [`${given.what}: ${state} as ${id}`, ...(given.watch ? [] : [`follow it with: sluice watch ${id}`])]);
  return given.watch ? follow(surroundings, id) : outcomes.done.exitCode;
}

function planLines(view: PlanView, output: Surroundings['output']): readonly string[] {
  const { plan } = view;
  return [
    `${view.application} ${view.release} → ${view.environment} by ${plan.strategy}; nothing is changed by this`,
    ...output.table(['TARGET', 'PROVIDER', 'WAVE', 'NOW SERVES'], plan.targets.map((target) => [target.name, target.provider, String(target.wave + 1), target.stable?.release ?? '-'])),
    '',
    ...output.table(['COMPONENT', 'TYPE', 'CHANGE', 'INSTANCES'], plan.components.map((component) => [component.name, component.type, component.change, `${component.stableReplicas} → ${component.newReplicas}`])),
    '',
    ...output.table(['STEP', 'WAVE', 'KIND', 'TIME', 'WHAT'], plan.steps.map((step) => [step.id, String(step.wave + 1), step.kind, timeOf(step), step.title])),
  ];
}

/** How long a step lasts, or may last at the most. */
function timeOf(step: PlanStep): string {
  if (isDispatched(step)) return `at most ${duration(step.timeoutSeconds)}`;
  switch (step.kind) {
    case 'bake':
      return duration(step.durationSeconds);
    case 'pause':
      return step.durationSeconds === undefined ? 'until promoted' : duration(step.durationSeconds);
    case 'analyse':
      return `at most ${duration(step.horizonSeconds)}`;
    case 'approve':
      return `at most ${duration(step.approval.timeoutSeconds)}`;
  }
}
