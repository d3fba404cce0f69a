import type { Json } from '#stepfunctions/language';

import { locationOf, type Diagnostic, type Path } from './diagnostics.ts';
import { expressionIn } from './evaluate.ts';
import type { State } from './machine.ts';
import { referencesOf } from './references.ts';

/** A field that may hold expressions, and the fields of `$states` that exist there beside input and context. */
type Field = { readonly template: Json | undefined; readonly path: Path; readonly extra?: 'result' | 'errorOutput' };

/** Checks every expression of a state: that it parses, reads no context item and no field of `$states` that does not exist there. */
export function checkExpressions(state: State, path: Path): readonly Diagnostic[] {
  return fieldsOf(state, path).flatMap((field) => checkTemplate(field));
}

function checkTemplate(field: Field): readonly Diagnostic[] {
  const { template, path } = field;
  if (typeof template === 'string') {
    const expression = expressionIn(template);
    return expression === undefined ? [] : checkExpression(expression, field);
  }
  if (typeof template !== 'object' || template === null) return [];
  const entries: readonly (readonly [string | number, Json])[] = Array.isArray(template) ? [...template.entries()] : Object.entries(template);
  return entries.flatMap(([key, inner]) => checkTemplate({ ...field, template: inner, path: [...path, key] }));
}

function checkExpression(expression: string, { path, extra }: Field): readonly Diagnostic[] {
  const location = locationOf(path);
  const found = referencesOf(expression);
  if ('message' in found) return [{ code: 'INVALID_JSONATA_EXPRESSION', message: found.message, location }];
  const known = ['input', 'context', extra];
  return [
    ...found.references.contextNames.map((name) => {
      const place = name.startsWith('$') ? '' : ' at the top level';
      return { code: 'UNSUPPORTED_JSONATA_EXPRESSION', message: `Reference to '${name}'${place} is not supported.`, location };
    }),
    ...found.references.statesFields
      .filter((name) => !known.includes(name))
      .map((name) => ({ code: 'UNSUPPORTED_JSONATA_EXPRESSION', message: `Field '$states.${name}' does not exist.`, location })),
  ];
}

/** The fields of a state that may hold expressions. Source: the tables of https://states-language.net/spec.html. */
function fieldsOf(state: State, path: Path): readonly Field[] {
  switch (state.Type) {
    case 'Pass':
      return shaped(state, path);
    case 'Succeed':
      return [{ template: state.Output, path: [...path, 'Output'] }];
    case 'Fail':
      return named(state, path, ['Error', 'Cause']);
    case 'Wait':
      return [...named(state, path, ['Seconds', 'Timestamp']), ...shaped(state, path)];
    case 'Choice':
      return [
        ...state.Choices.flatMap((rule, index) => {
          const here = [...path, 'Choices', index];
          return [...named(rule, here, ['Condition']), ...shaped(rule, here)];
        }),
        ...shaped(state, path),
      ];
    case 'Task':
      return [...named(state, path, ['Arguments', 'Credentials', 'TimeoutSeconds', 'HeartbeatSeconds']), ...shaped(state, path, 'result'), ...caught(state, path)];
    case 'Parallel':
      return [...named(state, path, ['Arguments']), ...shaped(state, path, 'result'), ...caught(state, path)];
    case 'Map':
      return [
        ...named(state, path, ['Items', 'ItemSelector', 'MaxConcurrency', 'ToleratedFailureCount', 'ToleratedFailurePercentage']),
        ...shaped(state, path, 'result'),
        ...caught(state, path),
      ];
  }
}

type Shaped = { readonly Output?: Json | undefined; readonly Assign?: Json | undefined };

function shaped(holder: Shaped, path: Path, extra?: 'result' | 'errorOutput'): readonly Field[] {
  return named(holder, path, ['Output', 'Assign']).map((field) => (extra === undefined ? field : { ...field, extra }));
}

function caught(state: { readonly Catch?: readonly Shaped[] | undefined }, path: Path): readonly Field[] {
  return (state.Catch ?? []).flatMap((catcher, index) => shaped(catcher, [...path, 'Catch', index], 'errorOutput'));
}

function named<Name extends string>(holder: { readonly [Key in Name]?: Json | undefined }, path: Path, names: readonly Name[]): readonly Field[] {
  return names.map((name) => ({ template: holder[name], path: [...path, name] }));
}
