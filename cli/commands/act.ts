import type { SluiceClient } from '#client/client';
import { SluiceError } from '#client/sluice-error';
import { deploymentActions } from '#contracts/http/deployment-routes';
import type { OperationOutput } from '#contracts/http/routes';

import { command } from '../command.ts';
import type { Arguments, Command, Options, Surroundings } from '../command.ts';
import { outcomes } from '../exit-codes.ts';

type ActionName = keyof typeof deploymentActions;

type Accepted = { readonly body: OperationOutput<'pauseDeployment'>; readonly unchanged: unknown };

/** What is sent with an action; `step` and `full` only where the action takes them. */
type Body = { readonly comment?: string; readonly step?: string; readonly full?: boolean };

type Action = { readonly done: string; readonly send: (client: SluiceClient, id: string, given: { readonly body: Body; readonly signal: AbortSignal }) => Promise<Accepted> };

const argumentsOfActions = { id: { description: 'the deployment' } } as const satisfies Arguments;
const comment = { type: 'text', placeholder: 'TEXT', description: 'why, for the record' } as const;
const stepOption = { type: 'text', placeholder: 'STEP', description: 'the step that is meant (the one that waits now)' } as const;

/** What is told when it is done, and how it is sent. */
const actions: { readonly [Name in ActionName]: Action } = {
  pause: { done: 'holds before its next change of traffic', send: (client, id, { body, signal }) => client.exchange('pauseDeployment', { params: { id }, body }, { signal }) },
  resume: { done: 'goes on', send: (client, id, { body, signal }) => client.exchange('resumeDeployment', { params: { id }, body }, { signal }) },
  promote: { done: 'is promoted', send: (client, id, { body, signal }) => client.exchange('promoteDeployment', { params: { id }, body }, { signal }) },
  approve: { done: 'is approved', send: (client, id, { body, signal }) => client.exchange('approveDeployment', { params: { id }, body }, { signal }) },
  deny: { done: 'is denied: it returns to the last stable release', send: (client, id, { body, signal }) => client.exchange('denyDeployment', { params: { id }, body }, { signal }) },
  abort: { done: 'is aborted: it returns to the last stable release', send: (client, id, { body, signal }) => client.exchange('abortDeployment', { params: { id }, body }, { signal }) },
  abandon: { done: 'is abandoned: its targets stay as they are, and are free for the next deployment', send: (client, id, { body, signal }) => client.exchange('abandonDeployment', { params: { id }, body }, { signal }) },
};

/** An action that means no step. */
function plainAction(name: 'pause' | 'resume' | 'abort' | 'abandon', examples: Command['examples']): Command {
  return command({
    path: [name], summary: deploymentActions[name].summary, arguments: argumentsOfActions, options: { comment }, examples, json: acceptedJson,
    run: (surroundings, { arguments: { id }, options }) => act(surroundings, name, { id, body: withComment(options.comment) }),
  });
}

/** An action that always says which step it means: somebody who looked at a step does not act on another that came meanwhile. */
function stepAction(name: 'approve' | 'deny', examples: Command['examples']): Command {
  return command({
    path: [name], summary: deploymentActions[name].summary, arguments: argumentsOfActions, options: { step: stepOption, comment }, examples, json: acceptedJson,
    run: async (surroundings, { arguments: { id }, options }) => {
      const step = options.step ?? (await presentStep(surroundings, id));
      return act(surroundings, name, { id, body: { step: required(step, id, name), ...withComment(options.comment) } });
    },
  });
}

const acceptedJson = 'what was accepted: `{id, state, version}`.';
const sampleId = 'dep-01kaj3zv6w8y2r9d4x5b7c1m0n';

const promoteCommand = command({
  path: ['promote'],
  summary: deploymentActions.promote.summary,
  description: 'Without --full it ends the one step that waits now.',
  arguments: argumentsOfActions,
  options: { full: { type: 'switch', description: 'skip all pauses, bakes and analyses, but no approvals and freezes' } satisfies Options[string], step: stepOption, comment },
  examples: [{ command: `sluice promote ${sampleId}`, does: 'go on to the next step' }, { command: `sluice promote ${sampleId} --full`, does: 'go on to the end' }],
  json: acceptedJson,
  run: async (surroundings, { arguments: { id }, options: { full, step: named, comment } }) => {
    const step = named ?? (await presentStep(surroundings, id));
    const meant = full ? step : required(step, id, 'promote');
    return act(surroundings, 'promote', { id, body: { ...(meant === null ? {} : { step: meant }), ...(full ? { full } : {}), ...withComment(comment) } });
  },
});

export const actionCommands: readonly Command[] = [
  stepAction('approve', [{ command: `sluice approve ${sampleId} --comment "looks good"`, does: 'approve what waits for it' }]),
  stepAction('deny', [{ command: `sluice deny ${sampleId} --comment "wrong week"`, does: 'refuse what waits for approval' }]),
  plainAction('pause', [{ command: `sluice pause ${sampleId}`, does: 'hold it where it is' }]),
  plainAction('resume', [{ command: `sluice resume ${sampleId}`, does: 'let it go on' }]),
  promoteCommand,
  plainAction('abort', [{ command: `sluice abort ${sampleId}`, does: 'go back to the last stable release' }]),
  plainAction('abandon', [{ command: `sluice abandon ${sampleId} --comment "cluster is gone"`, does: 'give up a deployment that cannot go back (admin)' }]),
];

async function act(surroundings: Surroundings, name: ActionName, given: { readonly id: string; readonly body: Body }): Promise<number> {
  const { body, unchanged } = await actions[name].send(surroundings.client(), given.id, { body: given.body, signal: surroundings.signal });
  surroundings.output.answer(unchanged, () => [`${body.id} ${actions[name].done}; its state is ${body.state}`]);
  return outcomes.done.exitCode;
}

async function presentStep({ client, signal }: Surroundings, id: string): Promise<string | null> {
  return (await client().getDeployment({ params: { id } }, { signal })).step;
}

function required(step: string | null, id: string, name: ActionName): string {
  if (step === null) throw SluiceError.of('conflict', `${id} is at no step now: there is nothing to ${name}`);
  return step;
}

function withComment(text: string | undefined): { readonly comment?: string } {
  return text === undefined ? {} : { comment: text };
}
