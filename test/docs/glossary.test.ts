import { describe, expect, it } from 'vitest';

import { errorType, severity } from '#contracts/errors';
import { role } from '#contracts/roles';
import { deploymentState } from '#contracts/views';
import { ifRunning, priority, verdict } from '#domain/deployment/events';
import { componentState, componentType } from '#domain/resources/application';
import { resourceKind } from '#domain/resources/resource';
import { strategyType } from '#domain/resources/strategy';
import { targetSpec } from '#domain/resources/target';

import { projectFiles, readProjectFile } from '../architecture/project.ts';

/** The values that the code allows, by the name of their row. */
const values: { readonly [what: string]: readonly string[] } = {
  'state of a deployment': deploymentState.options,
  verdict: verdict.options,
  strategy: strategyType.options,
  cloud: targetSpec.shape.cloud.unwrap().options,
  'component type': componentType.options,
  'component state': componentState.options,
  priority: priority.options,
  'if another one runs': ifRunning.options,
  'error type': errorType.options,
  severity: severity.options,
  role: role.options,
  'kind of resource': resourceKind.options,
};

const glossary = readProjectFile('docs/glossary.md');
const sources = projectFiles().filter((path) => /^(shared|stepfunctions)\/.*\.ts$/.test(path)).map(readProjectFile).join('\n').replaceAll(/\/\*[\s\S]*?\*\//g, '');

describe('the glossary', () => {
  it.each(rowsOf('Values'))('has exactly the values of the code for: %s', (what, listed = '') => {
    expect(namesIn(listed).toSorted()).toEqual(values[what]?.toSorted());
  });

  it('has a row for each set of values', () => {
    expect(rowsOf('Values').map(([what]) => what).toSorted()).toEqual(Object.keys(values).toSorted());
  });

  it.each(['Words', 'Values', 'The words of the first requirements'])('uses in the last column only names that the code has: %s', (heading) => {
    const rows = rowsOf(heading);
    expect(rows.length).toBeGreaterThan(10);
    expect(rows.flatMap((row) => namesIn(row.at(-1) ?? '').filter((name) => !isInSources(name)))).toEqual([]);
  });

  it('says for every word of the requirements what it is here, or that it is not built yet', () => {
    expect(rowsOf('The words of the first requirements').filter(([, here = '']) => namesIn(here).length === 0 && !here.startsWith('not built yet'))).toEqual([]);
  });
});

/** The cells of the table under a heading, without its head. */
function rowsOf(heading: string): readonly (readonly [string, ...string[]])[] {
  const section = glossary.split(/^## /m).find((one) => one.startsWith(`${heading}\n`)) ?? '';
  return section.split('\n').filter((line) => line.startsWith('| ')).slice(1).map((line) => {
    const [first = '', ...rest] = line.slice(2, -2).split(' | ');
    return [first, ...rest] as const;
  });
}

function namesIn(cell: string): readonly string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
}

/** As a whole word, and not in a docstring only. */
function isInSources(name: string): boolean {
  return new RegExp(`(?<![\\w-])${name}(?![\\w-])`).test(sources);
}
