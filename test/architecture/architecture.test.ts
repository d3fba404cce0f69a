import { describe, expect, it } from 'vitest';

import { assertionExceptions, unexcusedAssertions } from './assertions.ts';
import { barrels } from './barrels.ts';
import { cycles } from './cycles.ts';
import { brokenArrows } from './layers.ts';
import { strayPackages, unusedPackages } from './packages.ts';
import { packageJson, typescriptFiles } from './project.ts';
import { impurities } from './purity.ts';
import { longFunctions } from './sizes.ts';
import { readSource, show } from './source-file.ts';

const files = typescriptFiles().map(readSource);

describe('the sources', () => {
  it('import along the arrows between the layers', () => {
    expect(show(brokenArrows(files))).toEqual([]);
  });

  it('import nothing in a circle', () => {
    expect(show(cycles(files))).toEqual([]);
  });

  it('pass on no exports of other files, but for the public face of the package', () => {
    expect(show(barrels(files))).toEqual([]);
  });

  it('import each package only where it belongs', () => {
    expect(show(strayPackages(files))).toEqual([]);
  });

  it('use every package that is installed for users', () => {
    expect(unusedPackages(files, Object.keys(packageJson.dependencies))).toEqual([]);
  });

  it('keep clock, chance, environment, waiting and the outside out of domain and contracts', () => {
    const pure = files.filter((file) => /^shared\/(domain|contracts)\//.test(file.path));
    expect(pure.length).toBeGreaterThan(0);
    expect(show(pure.flatMap(impurities))).toEqual([]);
  });

  it('hold no function that is too long to be read at once', () => {
    expect(show(files.flatMap(longFunctions))).toEqual([]);
  });

  it('start no shell: what a person wrote could be a command there', () => {
    const starting = files.filter(({ path, text }) => !/^(test|scripts|bench)\//.test(path) && text.includes("from 'node:child_process'"));
    expect(starting.length).toBeGreaterThan(0);
    expect(starting.filter(({ text }) => /\{[^}]*\b(?:exec|execSync)\b[^}]*\} from 'node:child_process'|\bshell: (?!false)/.test(text)).map(({ path }) => path)).toEqual([]);
  });

  it('assert no types outside parsers, but where the compiler cannot follow', () => {
    expect(show(unexcusedAssertions(files, assertionExceptions))).toEqual([]);
  });
});
