import { describe, expect, it } from 'vitest';

import { deploymentLines } from '#cli/live/deployment-lines';
import { eventLine } from '#cli/live/event-line';
import { openScreen } from '#cli/live/screen';
import { createOutput } from '#cli/output';
import { cut, harmless, harmlessJson, paintFor, widthOf } from '#cli/paint';
import { table } from '#cli/table';
import { ago, duration } from '#cli/words';

import { deploymentView, streamEvent } from '../client/client-fixtures.ts';

const plain = paintFor(false, {});
const coloured = paintFor(true, {});
const escape = String.fromCodePoint(27);

describe('a table', () => {
  it('aligns its columns, whatever colours are in them', () => {
    const lines = table(['NAME', 'STATE', 'REASON'], [['a', coloured('green', 'ok'), 'fine'], ['longer', 'failed', 'no']], { paint: plain, columns: 80 });
    expect(lines.map((line) => line.replaceAll(`${escape}[32m`, '').replaceAll(`${escape}[0m`, ''))).toEqual(['NAME    STATE   REASON', 'a       ok      fine', 'longer  failed  no']);
  });

  it('fits the terminal', () => {
    expect(table(['A', 'B'], [['x', 'a very long reason']], { paint: plain, columns: 10 })).toEqual(['A  B', 'x  a very…']);
  });
});

describe('text from elsewhere', () => {
  it.each([[`${escape}[2J`, '\ufffd[2J'], [`${escape}[8mhidden`, '\ufffd[8mhidden'], ['a\rb', 'a\ufffdb'], ['\u202eabc', '\ufffdabc'], ['fine\n\tindeed ✔', 'fine\n\tindeed ✔'], [`${escape}[31mred${escape}[0m`, `${escape}[31mred${escape}[0m`]])('cannot move the cursor or hide: %j', (text, shown) => {
    expect(harmless(text)).toBe(shown);
  });

  it('is written as escapes in JSON, which says the same', () => {
    const text = harmlessJson(JSON.stringify({ reason: `${escape}[2J\u009b2J\u202eabc` }));
    expect(text).toBe('{"reason":"\\u001b[2J\\u009b2J\\u202eabc"}');
    expect(JSON.parse(text)).toEqual({ reason: `${escape}[2J\u009b2J\u202eabc` });
  });

  it('reaches neither a terminal nor a file as it came, whichever command shows it', () => {
    const hostile = `${escape}[31mred\u009b2J\r`;
    const shown = (isTTY: boolean, json: boolean) => {
      let text = '';
      const stream = { isTTY, columns: 80, rows: 24, write: (more: string | Uint8Array) => { text += String(more); return true; } };
      const output = createOutput({ stdout: stream, stderr: stream, json, environment: {} });
      output.answer({ reason: hostile }, () => [hostile]);
      output.note(hostile);
      return text;
    };
    expect(shown(false, false)).toBe('\ufffd[31mred\ufffd2J\ufffd\n'.repeat(2));
    expect(shown(true, false)).toBe(`${escape}[31mred\ufffd2J\ufffd\n`.repeat(2));
    expect(shown(false, true)).not.toMatch(/[\p{Cc}--\n]/v);
  });

  it('is cut by what is seen of it', () => {
    expect(widthOf(coloured('red', 'abc'))).toBe(3);
    expect(cut(coloured('red', 'abcdef'), 4)).toBe('abc…');
  });
});

describe('colours', () => {
  it.each([[true, {}, true], [false, {}, false], [true, { NO_COLOR: '1' }, false], [true, { NO_COLOR: '' }, true], [true, { TERM: 'dumb' }, false]])('on a terminal %s with %j: %s', (terminal, environment, expected) => {
    expect(paintFor(terminal, environment)('red', 'x') !== 'x').toBe(expected);
  });
});

it.each([[0, '0 s'], [59, '59 s'], [60, '1 min'], [3599, '59 min'], [7200, '2 h'], [200_000, '2 d']])('%i seconds are %s', (seconds, words) => {
  expect(duration(seconds)).toBe(words);
  expect(ago(new Date(0).toISOString(), seconds * 1000)).toBe(words);
});

describe('the view of a deployment', () => {
  const look = { paint: plain, columns: 100, now: Date.parse('2026-11-21T13:43:10.000Z') };

  it('shows what it is, its steps with their times, weights as bars, and verdicts', () => {
    expect(deploymentLines(deploymentView(), look)).toEqual([
      'shop 1.4.2 → production, canary: Progressing',
      '  shifting traffic',
      '  dep-01kaj3zv6w8y2r9d4x5b7c1m0n, asked for by ci',
      '  ✔ shift 10 % of the traffic  5 s',
      '  ● bake for 60 s              12 s of 1 min',
      '  cluster-a  ██░░░░░░░░░░░░░░░░░░  10 % on 1.4.2, else 1.4.1',
      '  Successful in the background: no more errors than before',
    ]);
  });

  it('names no other release where all traffic is on one', () => {
    expect(deploymentLines(deploymentView({ weightPercent: { 'cluster-a': 100 } }), look)).toContain('  cluster-a  ████████████████████ 100 % on 1.4.2');
  });

  it('says what it waits for and how to go on', () => {
    const [step] = deploymentView().steps;
    if (step === undefined) throw new Error('the sample has steps');
    const waiting = deploymentView({ state: 'Paused', step: 'gate', steps: [{ ...step, id: 'gate', kind: 'approve', status: 'running', endedAt: null }], paused: { by: 'analysis', until: null, reason: 'no data' } });
    expect(deploymentLines(waiting, look).slice(-5)).toEqual([
      '  paused by analysis: no data', '    sluice resume dep-01kaj3zv6w8y2r9d4x5b7c1m0n',
      '  waits for approval', '    sluice approve dep-01kaj3zv6w8y2r9d4x5b7c1m0n', '    sluice deny dep-01kaj3zv6w8y2r9d4x5b7c1m0n',
    ]);
  });

  it('says who has approved while another must', () => {
    const [step] = deploymentView().steps;
    if (step === undefined) throw new Error('the sample has steps');
    const approval = { by: { id: 'key-01kaj3zv6w', name: 'ann' }, at: '2026-11-21T13:43:00.000Z', reason: '' };
    const waiting = deploymentView({ step: 'gate', steps: [{ ...step, id: 'gate', kind: 'approve', status: 'running', endedAt: null }], approvals: [{ ...approval, step: 'gate' }, { ...approval, step: 'earlier' }] });
    expect(deploymentLines(waiting, look)).toContain('  waits for approval, approved by ann');
  });

  it.each([8, 12, 20, 30])('fits a terminal of %i rows, with the present step in sight', (rows) => {
    const [first] = deploymentView().steps;
    if (first === undefined) throw new Error('the sample has steps');
    const steps = Array.from({ length: 100 }, (_, index) => ({ ...first, id: `step-${index}`, title: `step ${index}`, status: index < 60 ? 'succeeded' as const : index === 60 ? 'running' as const : 'pending' as const }));
    const lines = deploymentLines(deploymentView({ steps, step: 'step-60' }), { ...look, rows });
    expect(lines.length).toBeLessThanOrEqual(rows);
    expect(lines.join('\n')).toContain('● step 60');
  });
});

it('an event is one line, also one of a type that is not known', () => {
  expect(eventLine(streamEvent(1), plain)).toBe('13:42:58  StepSucceeded         shift-1: done');
  expect(eventLine({ type: 'SomethingNew', at: '2026-11-21T13:42:58.000Z', payload: { step: 7, more: `${escape}[2J` } }, plain)).toBe('13:42:58  SomethingNew');
});

it('the screen draws over what it drew before, and gives the cursor back', () => {
  const written: string[] = [];
  const screen = openScreen({ write: (text) => written.push(text) });
  screen.draw(['a', 'b']);
  screen.draw(['c']);
  screen.close();
  expect(written).toEqual([`${escape}[?25l`, 'a\nb\n', `${escape}[2F${escape}[Jc\n`, `${escape}[?25h`]);
});
