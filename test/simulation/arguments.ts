/** What the command line asked for. */
export type Asked = {
  readonly seed: number;
  readonly seeds: number;
  readonly hours: number;
  readonly deployments: number;
  readonly only: readonly string[] | null;
  readonly mutation: string | null;
  readonly workers: number;
  readonly json: boolean;
  readonly quick: boolean;
  readonly help: boolean;
};

/** A quarter of an hour with six deployments takes about a second to simulate, and is long enough for each to end. */
const DEFAULT_HOURS = 0.2;
const DEFAULT_DEPLOYMENTS = 6;

export const usage = `npm run simulate [-- OPTIONS]

Lets the whole standalone system live in a simulated world, in virtual time, in which everything goes wrong that may, and checks after
each thing that happens that all is as it must be. Everything follows from the seed: the same seed gives the same history, to the last bit.

  --seed N          the first seed (1)
  --seeds COUNT     how many seeds, one after the other (1)
  --hours H         how long people and faults go on in each of them, in simulated hours (${DEFAULT_HOURS})
  --deployments K   how many deployments people ask for in that time (${DEFAULT_DEPLOYMENTS})
  --only PARTS      only these parts of the plan, as the report of a failure names them: o3,o7,a1,f-answer-lost
  --mutation NAME   with a deliberate mistake in the system, which is to be found, and with the seed that found it where none is given;
                    "list" lists them
  --workers COUNT   in so many processes at once (as there are processors)
  --quick           what is broken is told as it is, and no shorter history looked for
  --json            the summary as one JSON object
  --help            this text

Exit code 0: nothing is broken. 1: something is; then the seed, the shortest history that was found, and the command that replays it are
printed. 2: the command line is wrong.

Example: npm run simulate -- --seed 1 --seeds 200
`;

/** Reads the command line. @throws Error with what is wrong */
export function readArguments(words: readonly string[], processors: number): Asked {
  const given = new Map<string, string>();
  const flags = new Set<string>();
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    if (word === '--json' || word === '--quick' || word === '--help') flags.add(word);
    else {
      const value = words[index + 1];
      if (!['--seed', '--seeds', '--hours', '--deployments', '--only', '--mutation', '--workers'].includes(word)) throw new Error(`unknown option ${word}`);
      if (value === undefined) throw new Error(`${word} needs a value`);
      given.set(word, value);
      index += 1;
    }
  }
  const number = (name: string, otherwise: number): number => {
    const value = Number(given.get(name) ?? otherwise);
    if (!(value > 0)) throw new Error(`${name} must be a number above 0, not ${given.get(name) ?? ''}`);
    return value;
  };
  return {
    seed: Math.floor(number('--seed', 1)), seeds: Math.floor(number('--seeds', 1)), hours: number('--hours', DEFAULT_HOURS), deployments: Math.floor(number('--deployments', DEFAULT_DEPLOYMENTS)),
    only: given.get('--only')?.split(',') ?? null, mutation: given.get('--mutation') ?? null, workers: Math.floor(number('--workers', processors)), json: flags.has('--json'), quick: flags.has('--quick'), help: flags.has('--help'),
  };
}
