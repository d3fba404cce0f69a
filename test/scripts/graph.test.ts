import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import type { StateMachine } from '#stepfunctions/language';
import { machines } from '#stepfunctions/machines';

import { machinePage } from '../../scripts/machine-page.ts';
import { mermaid, readableCondition } from '../../scripts/mermaid.ts';
import { readProjectFile, root } from '../architecture/project.ts';

const call = { Type: 'Task', Comment: 'Asks.', Resource: 'arn:aws:states:::lambda:invoke', Arguments: { FunctionName: '${next_step}' }, TimeoutSeconds: 1200, Retry: [{ ErrorEquals: ['States.ALL'], MaxAttempts: 5 }] } as const;

const machine: StateMachine = {
  Comment: 'For this test.', QueryLanguage: 'JSONata', StartAt: 'Ask first',
  States: {
    'Ask first': { ...call, Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Give up' }], Next: 'Which' },
    Which: { Type: 'Choice', Choices: [{ Condition: "{% $kind = 'good' and $states.input.outcome != 'bad' %}", Next: 'Done' }], Default: 'Give up' },
    Done: { Type: 'Succeed' },
    'Give up': { Type: 'Fail', Error: 'Lost' },
  },
};

describe('the graphs in the documentation', () => {
  it.each(Object.entries(machines))('show the machine %s as it is (else: npm run graph)', (name, one) => {
    expect(readProjectFile(`docs/graphs/${name}.md`)).toBe(machinePage(name, one));
  });

  it('show no machine that is gone', () => {
    expect(readdirSync(join(root, 'docs', 'graphs')).sort()).toEqual(Object.keys(machines).map((name) => `${name}.md`).sort());
  });
});

describe('a drawn machine', () => {
  it('has its states, the conditions between them, its failures and its ends', () => {
    expect(mermaid(machine).split('\n')).toEqual([
      'stateDiagram-v2',
      '  state "Ask first" as ask_first',
      '  state which <<choice>>',
      '  state "Done" as done',
      '  state "Give up" as give_up',
      '  [*] --> ask_first',
      '  ask_first --> which',
      '  which --> done : kind is good and outcome is not bad',
      '  which --> give_up : otherwise',
      '  ask_first --> give_up : any failure',
      '  done --> [*]',
      '  give_up --> [*]',
    ]);
  });

  it('tells a way out that many states share in a note, not by arrows', () => {
    const guarded = { ...call, Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Give up' }], Next: 'Done' } as const;
    const lines = mermaid({ ...machine, States: { ...machine.States, 'Ask first': { ...guarded }, 'Ask again': guarded, 'Ask at last': guarded } });
    expect(lines).not.toContain(': any failure');
    expect(lines).toContain(['  note right of give_up', '    also after any failure of', '    Ask first', '    Ask again', '    Ask at last', '  end note'].join('\n'));
  });

  it('has a table of what each state calls, for how long, and how often again', () => {
    expect(machinePage('test', machine)).toContain('| Ask first | Asks. Calls `next-step`. | 1,200 s | 5 times, after 1 s × 2 each time |');
  });

  it('reads conditions without the marks of their language', () => {
    expect(readableCondition("{% $states.input.outcome = 'retry' %}")).toBe('outcome is retry');
    expect(readableCondition(true)).toBe('true');
  });
});
