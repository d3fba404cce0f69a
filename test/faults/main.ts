import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

/**
 * `npm run faults -- --rounds N --seed N`: the long form of the rounds that the tests play, by the same file, told by its environment how many. The last line before vitest's own is the result as JSON.
 */
const { values } = parseArgs({ options: { rounds: { type: 'string', default: '100' }, seed: { type: 'string', default: `${Date.now() % 1_000_000}` } } });
const [rounds, seed] = [Number(values.rounds), Number(values.seed)];
if (!Number.isSafeInteger(rounds) || rounds < 1 || !Number.isSafeInteger(seed)) throw new Error('--rounds and --seed are whole numbers');

/** A round takes ten seconds; on a machine that is shared, six times as long. */
const SECONDS_PER_ROUND = 60;

const root = join(import.meta.dirname, '..', '..');
const words = ['run', '--project', 'standalone', '--disable-console-intercept', `--testTimeout=${(rounds + 5) * SECONDS_PER_ROUND * 1000}`, 'test/faults/kill-rounds.test.ts'];
const child = spawn(process.execPath, [join(root, 'node_modules', 'vitest', 'vitest.mjs'), ...words], { cwd: root, stdio: 'inherit', env: { ...process.env, SLUICE_FAULTS: JSON.stringify({ rounds, seed }) } });
child.on('close', (code) => {
  if (code !== 0) console.error(`again: npm run faults -- --rounds ${rounds} --seed ${seed}`);
  process.exitCode = code ?? 1;
});
