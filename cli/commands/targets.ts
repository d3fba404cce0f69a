import type { TargetStatus } from '#contracts/views';

import { command } from '../command.ts';
import type { Surroundings } from '../command.ts';
import { outcomes } from '../exit-codes.ts';
import { ago, orDash } from '../words.ts';

/** Statuses are asked for this many at a time, so that a hundred targets neither take a hundred turns nor a hundred connections. */
const AT_A_TIME = 8;

export const targetsCommand = command({
  path: ['targets'],
  summary: 'Show for every target whether it answers and what it serves',
  arguments: {},
  options: {},
  examples: [{ command: 'sluice targets', does: 'show how the targets are' }, { command: 'sluice targets --json | jq -r \'select(.reachable | not) | .target\'', does: 'name the targets that do not answer' }],
  json: 'one line per target: its status.',
  run: async (surroundings) => {
    const { client, output, signal } = surroundings;
    const names: string[] = [];
    for await (const target of client().items('listTargets', { query: { limit: 200 } }, { signal })) names.push(target.metadata.name);
    const all: { readonly body: TargetStatus; readonly unchanged: unknown }[] = [];
    for (let from = 0; from < names.length; from += AT_A_TIME) all.push(...(await Promise.all(names.slice(from, from + AT_A_TIME).map((name) => client().exchange('getTargetStatus', { params: { name } }, { signal })))));
    if (output.json) for (const one of all) output.oneOfMany(one.unchanged, () => []);
    else output.lines(all.length === 0 ? ['nothing there'] : output.table(['TARGET', 'ANSWERS', 'LAST SEEN', 'VERSION', 'SERVES', 'COMPONENTS', 'REASON'], all.map((one) => row(one.body, output))));
    return outcomes.done.exitCode;
  },
});

function row(status: TargetStatus, output: Surroundings['output']): readonly string[] {
  return [
    status.target,
    status.reachable ? output.paint('green', 'yes') : output.paint('red', 'no'),
    ago(status.lastSeenAt, Date.now()),
    orDash(status.version),
    orDash(status.serving.map((one) => `${one.application} ${one.release ?? 'nothing'}${one.heldBy === null ? '' : ` (held by ${one.heldBy})`}`).join(', ')),
    orDash(status.components.map((one) => `${one.application}/${one.component} ${one.release} ${one.state} ${one.readyReplicas}/${one.replicas}`).join(', ')),
    status.reason,
  ];
}
