import { command } from '../command.ts';
import type { Arguments } from '../command.ts';
import { showAccepted, watchOption } from './deploy.ts';

const comment = { type: 'text', placeholder: 'TEXT', description: 'why, for the record' } as const;
const json = 'what was accepted of the new deployment: `{id, state, version}`; with --watch one line of it, then one line per event, then the deployment as it ended.';
const sampleId = 'dep-01kaj3zv6w8y2r9d4x5b7c1m0n';
const deploymentArgument = { id: { description: 'the deployment' } } as const satisfies Arguments;

export const rollbackCommand = command({
  path: ['rollback'],
  summary: 'Go back from a succeeded deployment: a new deployment',
  description: 'One that still runs is ended by `abort`.',
  arguments: deploymentArgument,
  options: { to: { type: 'text', placeholder: 'RELEASE', description: 'an earlier release (the last good one)' }, watch: watchOption, comment },
  examples: [{ command: `sluice rollback ${sampleId} --watch`, does: 'go back to the last good release and follow it' }, { command: `sluice rollback ${sampleId} --to 1.3.0`, does: 'go back to a certain release' }],
  json,
  run: async (surroundings, { arguments: { id }, options: { to, watch, comment } }) => {
    const body = { ...(to === undefined ? {} : { release: to }), ...(comment === undefined ? {} : { comment }) };
    const accepted = await surroundings.client().exchange('rollbackDeployment', { params: { id }, body }, { signal: surroundings.signal });
    return showAccepted(surroundings, accepted, { what: `rollback of ${id}`, watch });
  },
});

export const retryCommand = command({
  path: ['retry'],
  summary: 'Repeat a Failed, RolledBack or Aborted deployment: a new deployment',
  arguments: deploymentArgument,
  options: { watch: watchOption, comment },
  examples: [{ command: `sluice retry ${sampleId} --watch`, does: 'try again and follow it' }],
  json,
  run: async (surroundings, { arguments: { id }, options: { watch, comment } }) => {
    const accepted = await surroundings.client().exchange('retryDeployment', { params: { id }, body: comment === undefined ? {} : { comment } }, { signal: surroundings.signal });
    return showAccepted(surroundings, accepted, { what: `retry of ${id}`, watch });
  },
});
