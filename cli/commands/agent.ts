import { errors } from '#contracts/errors';
import { agentSettings, agentVariables, clientVariables } from '#contracts/environment';

import { command } from '../command.ts';
import type { Options } from '../command.ts';
import { outcomes } from '../exit-codes.ts';
import { oneEntry } from '../paint.ts';
import { asFlag, readSettings, unlessEmpty } from '../read-settings.ts';
import { aborted } from '../until.ts';
import { UsageError } from '../usage-error.ts';
import { count } from '../words.ts';

const agentOptions = {
  target: { type: 'text', ...asFlag(agentVariables.target) },
  allow: { type: 'texts', completes: 'file', ...asFlag(agentVariables.allow) },
  state: { type: 'text', completes: 'folder', ...asFlag(agentVariables.state) },
  allowVariables: { type: 'texts', ...asFlag(agentVariables.allowVariables) },
  listenHost: { type: 'text', ...asFlag(agentVariables.listenHost) },
  metricsPort: { type: 'text', ...asFlag(agentVariables.metricsPort) },
  stopAll: { type: 'switch', description: 'instead of running, end everything that agents have started from this state folder' },
} as const satisfies Options;

/** How an agent that ends by itself is told apart by scripts and supervisors. */
const exitCodes = { stopped: outcomes.done.exitCode, superseded: errors['claim-superseded'].exitCode, refused: errors.unauthenticated.exitCode } as const;

export const agentCommand = command({
  path: ['agent'],
  summary: 'Run the agent of a target on this machine: it starts the components of releases as processes behind a weighted proxy',
  description: `It dials out to the server with a key of role "agent" that is bound to its target. It ends with Ctrl-C or SIGTERM; what it has started goes on running, and the next agent on the same state folder takes it over. It exits with ${exitCodes.superseded} when a newer agent has claimed the target, with ${exitCodes.refused} when its key is refused.`,
  arguments: {},
  options: agentOptions,
  examples: [
    { command: 'sluice agent --target cluster-a --allow node --allow /opt/shop', does: 'serve a target; the key is in SLUICE_KEY' },
    { command: 'sluice agent --stop-all', does: 'after the agent has ended, end what it has started too' },
  ],
  json: 'one line `{"instance", "metricsUrl"}` when it runs, and one `{"reason", "message"}` when it ends; with --stop-all one line `{"stopped": NUMBER}`.',
  run: async ({ server, environment, output, signal }, { options: { allow, allowVariables, stopAll: stopping, ...flags } }) => {
    if (stopping) {
      const { state } = readSettings(agentSettings.pick({ state: true }), { variables: { state: agentVariables.state }, environment, flags });
      const { stopEverything } = await import('#agent/runtime');
      const stopped = await stopEverything(state);
      output.oneOfMany({ stopped }, () => [`${count(stopped, 'process')} stopped`]);
      return outcomes.done.exitCode;
    }
    const { state: stateFolder, ...settings } = readSettings(agentSettings, { variables: agentVariables, environment, flags: { ...flags, allow: unlessEmpty(allow), allowVariables: unlessEmpty(allowVariables) } });
    const { url, key } = server();
    if (key === undefined) throw new UsageError(`an agent needs a key: give --key or ${clientVariables.key.variable}; an admin makes one with: sluice keys create --role agent --target ${settings.target}`);
    const { runAgent } = await import('#agent/runtime');
    const agent = await runAgent({ ...settings, url, key, stateFolder, tell: (text) => output.note(oneEntry(text)) });
    output.oneOfMany({ instance: agent.instance, metricsUrl: agent.metricsUrl }, () => [`agent ${agent.instance} runs; metrics at ${agent.metricsUrl}`]);
    await Promise.race([agent.ended, aborted(signal)]);
    await agent.stop();
    const end = await agent.ended;
    output.oneOfMany(end, () => [end.message]);
    return exitCodes[end.reason];
  },
});
