import { spawnSync } from 'node:child_process';

/** What tests of AWS stand on; the starters are `test/bed/NAME`. */
export type Bed = 'aws' | 'dynamodb-local';

/** What a bed needs on this machine, each with a command that succeeds where it is there. */
const needs: { readonly [Name in Bed]: readonly { readonly name: string; readonly probe: readonly [string, ...string[]] }[] } = {
  aws: [{ name: 'Python 3.10 or later', probe: ['python3', '-c', 'import sys, venv; sys.exit(sys.version_info < (3, 10))'] }],
  'dynamodb-local': [
    { name: 'Python 3.10 or later', probe: ['python3', '-c', 'import sys, venv; sys.exit(sys.version_info < (3, 10))'] },
    { name: 'a Java 17 development kit or later', probe: ['javac', '--release', '17', '--version'] },
    { name: 'Maven', probe: ['mvn', '--version'] },
  ],
};

/** Says what is missing on this machine for a bed; `undefined` when nothing is. */
export function missingFor(bed: Bed): string | undefined {
  const missing = needs[bed].filter(({ probe: [command, ...words] }) => spawnSync(command, words, { stdio: 'ignore' }).status !== 0).map(({ name }) => name);
  return missing.length === 0 ? undefined : `needs ${missing.join(' and ')}`;
}
