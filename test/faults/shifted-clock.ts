import { readFileSync } from 'node:fs';

/**
 * Loaded before the command line, it lets a test set the clock of that process: by how many milliseconds it is off stands in the file that `FAULTS_CLOCK` names. All of Sluice reads the clock by `Date.now`.
 */
const file = process.env.FAULTS_CLOCK ?? '';
const trueNow = Date.now;

/** How often the file is read. */
const LOOK_MILLISECONDS = 20;

let offset = read();
setInterval(() => { offset = read(); }, LOOK_MILLISECONDS).unref();
Date.now = () => trueNow() + offset;

function read(): number {
  return Number(readFileSync(file, 'utf8'));
}
