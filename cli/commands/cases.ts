import { command } from '../command.ts';
import type { Arguments, Surroundings } from '../command.ts';
import { readCases } from '../documents/read-cases.ts';
import { outcomes } from '../exit-codes.ts';

const fileArgument = { file: { description: 'a JSON file, or - for standard input', completes: 'file' } } as const satisfies Arguments;

export const aslRunCommand = command({
  path: ['asl', 'run'],
  summary: 'Run Amazon States Language cases through the interpreter, on virtual time',
  description: 'A case is {id, definition, input, mocks}; the file holds one or an array. The exit code tells only whether the file could be read.',
  arguments: fileArgument,
  options: {},
  examples: [{ command: 'sluice asl run cases.json', does: 'run all cases of a file' }],
  json: 'one line per case, as without it: `{id, status, output, error, cause, history}`, or `{id, status: "INVALID", diagnostics}`.',
  local: true,
  run: async (surroundings, { arguments: { file } }) => {
    const cases = await readCases(file, surroundings.stdin);
    const { runCases } = await import('#standalone/asl/run-cases');
    return writeLines(surroundings, runCases(cases));
  },
});

export const eventsMatchCommand = command({
  path: ['events', 'match'],
  summary: 'Match events against EventBridge patterns',
  description: 'A case is {id, pattern, event}; the file holds one or an array. One that cannot be read is "invalid" too, with a reason that names its field. The exit code tells only whether the file could be read.',
  arguments: fileArgument,
  options: {},
  examples: [{ command: 'sluice events match cases.json', does: 'match all cases of a file' }],
  json: 'one line per case, as without it: `{id, result: true|false|"invalid", reason}`.',
  local: true,
  run: async (surroundings, { arguments: { file } }) => {
    const cases = await readCases(file, surroundings.stdin);
    const { matchCases } = await import('#standalone/event-patterns/match-cases');
    return writeLines(surroundings, matchCases(cases));
  },
});

function writeLines({ output, signal }: Surroundings, results: Iterable<unknown>): number {
  for (const result of results) {
    if (signal.aborted) return outcomes.interrupted.exitCode;
    output.write(`${JSON.stringify(result)}\n`);
  }
  return outcomes.done.exitCode;
}
