import type { JsonObject } from '#stepfunctions/language';

import { schemaDiagnostic, type Diagnostic, type Path } from './diagnostics.ts';
import type { State } from './machine.ts';
import { statesOf, type Block } from './walk.ts';

/** The longest name of a variable, and the form of one: a Unicode identifier. Source: the workflow variables guide of Step Functions. */
const NAME = /^\p{ID_Start}[\p{ID_Continue}]{0,79}$/u;

/**
 * Checks the names that a block assigns: identifiers, not `states`, and not a name of a block around it, as an inner
 * block reads the outer variables and cannot change them.
 */
export function checkVariables(block: Block): readonly Diagnostic[] {
  const outer = new Set<string>();
  for (let around = block.around; around !== undefined; around = around.around) {
    for (const { name } of assignmentsOf(around)) outer.add(name);
  }
  return assignmentsOf(block).flatMap(({ name, path }) => {
    if (name === 'states') return [schemaDiagnostic("The variable name 'states' is reserved", path)];
    if (!NAME.test(name)) return [schemaDiagnostic(`The variable name '${name}' is not a valid identifier of at most 80 characters`, path)];
    if (outer.has(name)) return [schemaDiagnostic(`The variable name '${name}' was already defined in a parent scope.`, path)];
    return [];
  });
}

function assignmentsOf(block: Block): readonly { readonly name: string; readonly path: Path }[] {
  return statesOf(block).flatMap(({ state, path }) =>
    assignsOf(state, path).flatMap(({ assign, path: here }) => Object.keys(assign ?? {}).map((name) => ({ name, path: [...here, 'Assign', name] }))),
  );
}

function assignsOf(state: State, path: Path): readonly { readonly assign: JsonObject | undefined; readonly path: Path }[] {
  const own = 'Assign' in state ? [{ assign: state.Assign, path }] : [];
  const rules = state.Type === 'Choice' ? state.Choices.map((rule, index) => ({ assign: rule.Assign, path: [...path, 'Choices', index] })) : [];
  const catchers = 'Catch' in state ? (state.Catch ?? []).map((catcher, index) => ({ assign: catcher.Assign, path: [...path, 'Catch', index] })) : [];
  return [...own, ...rules, ...catchers];
}
