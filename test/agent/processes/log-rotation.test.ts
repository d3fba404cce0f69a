import { appendFileSync, closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { fitLines, lastLines } from '#agent/processes/log-tail';
import { rotateLog } from '#agent/processes/log-rotation';

let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-logs-'));
  path = join(folder, 'i-1.log');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a log', () => {
  const limits = { maximumBytes: 4096, keptFiles: 2 };
  const written = 700;

  it('that is within its limit is left alone', () => {
    appendFileSync(path, 'x'.repeat(3000));
    expect(rotateLog(path, limits)).toBe(false);
    expect(statSync(path).size).toBe(3000);
    expect(rotateLog(join(folder, 'missing.log'), limits)).toBe(false);
  });

  it('is rotated under a writer that keeps its descriptor, which loses nothing and goes on at the beginning', () => {
    const writer = openSync(path, 'a');
    for (let line = 1; line <= written; line += 1) {
      writeSync(writer, `line ${String(line).padStart(4, '0')}\n`);
      rotateLog(path, limits);
    }
    closeSync(writer);
    const all = [`${path}.2`, `${path}.1`, path].filter((one) => existsSync(one)).map((one) => readFileSync(one, 'utf8')).join('');
    expect(all.trim().split('\n')).toEqual(Array.from({ length: written }, (_, index) => `line ${String(index + 1).padStart(4, '0')}`));
    expect(readFileSync(path, 'utf8')).not.toContain('\0');
  });

  it('never takes more than its present file and the older ones, whatever was written at once', () => {
    for (let burst = 0; burst < 6; burst += 1) {
      appendFileSync(path, `${'y'.repeat(20_000)}newest ${burst}\n`);
      rotateLog(path, limits);
      const total = [path, `${path}.1`, `${path}.2`, `${path}.3`].reduce((sum, one) => sum + (statSync(one, { throwIfNoEntry: false })?.size ?? 0), 0);
      expect(total).toBeLessThanOrEqual(3 * 4096);
    }
    expect(readFileSync(`${path}.1`, 'utf8')).toMatch(/newest 5\n$/);
    expect(existsSync(`${path}.3`)).toBe(false);
  });

});

describe('the last lines', () => {
  it('are twenty, from where the start\'s output begins', () => {
    appendFileSync(path, 'of an earlier start\n');
    const offset = statSync(path).size;
    appendFileSync(path, 'one\ntwo\n\n');
    expect(lastLines(path, offset)).toEqual(['one', 'two']);
    for (let line = 1; line <= 50; line += 1) appendFileSync(path, `line ${line}\n`);
    expect(lastLines(path, offset)).toEqual(Array.from({ length: 20 }, (_, index) => `line ${index + 31}`));
  });

  it('are all there are when the log was rotated since, and none of a log that is missing or silent', () => {
    appendFileSync(path, 'after the rotation\n');
    expect(lastLines(path, 10_000)).toEqual(['after the rotation']);
    expect(lastLines(join(folder, 'missing.log'), 0)).toEqual([]);
    expect(lastLines(path, statSync(path).size)).toEqual([]);
  });

  it('are shortened evenly until they fit', () => {
    const lines = fitLines(['short', 'l'.repeat(1000), 'm'.repeat(1000)], 300);
    expect(lines.reduce((sum, line) => sum + line.length + 1, 0)).toBeLessThanOrEqual(300);
    expect(lines[0]).toBe('short');
    expect(lines[1]).toMatch(/^l+…$/);
    expect(lines[1]?.length).toBe(lines[2]?.length);
    expect(fitLines(['as it is'], 300)).toEqual(['as it is']);
  });
});
