import { schemaDiagnostic, locationOf, type Diagnostic, type Path } from './diagnostics.ts';
import { isJsonObject } from './json.ts';

const LANGUAGES = ['JSONPath', 'JSONata'] as const;

/**
 * Checks that every state is a JSONata state, which is all that this interpreter runs. A state's language is its own, or
 * else the machine's, whatever the Map or Parallel around it says; the machine's is JSONPath unless it says otherwise.
 * A definition that fails here is not looked at further, as its other fields have another meaning.
 */
export function checkLanguage(definition: unknown): readonly Diagnostic[] {
  if (!isJsonObject(definition)) return [];
  const machineLanguage = definition.QueryLanguage ?? 'JSONPath';
  const inherited: string[] = [];
  const found: Diagnostic[] = [...languageFault(definition.QueryLanguage, [])];
  for (const { state, path } of statesIn(definition, [])) {
    const own = state.QueryLanguage;
    found.push(...languageFault(own, path));
    if (own === 'JSONPath' && machineLanguage !== 'JSONPath') {
      found.push(schemaDiagnostic("'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine", path));
    } else if (own === 'JSONPath') {
      found.push(unsupported(locationOf(path)));
    } else if (own === undefined && machineLanguage === 'JSONPath') {
      inherited.push(locationOf(path));
    }
  }
  const first = inherited[0];
  return first === undefined ? found : [...found, unsupported(first)];
}

function unsupported(location: string): Diagnostic {
  const advice = "say \"QueryLanguage\": \"JSONata\" at the top of the machine, or in every state";
  return { code: 'UNSUPPORTED_QUERY_LANGUAGE', message: `The query language of this state is JSONPath, and only JSONata is supported here: ${advice}`, location };
}

function languageFault(language: unknown, path: Path): readonly Diagnostic[] {
  if (language === undefined || LANGUAGES.some((known) => known === language)) return [];
  const message = typeof language === 'string' ? `Value should be one of the following: [${LANGUAGES.join(', ')}]` : 'Expected value of type [STRING]';
  return [schemaDiagnostic(message, [...path, 'QueryLanguage'])];
}

type FoundState = { readonly state: { readonly [field: string]: unknown }; readonly path: Path };

/** Every state of a definition whose form is not known yet, with those inside its branches and item processors. */
function* statesIn(block: unknown, path: Path): Generator<FoundState> {
  if (!isJsonObject(block) || !isJsonObject(block.States)) return;
  for (const [name, state] of Object.entries(block.States)) {
    if (!isJsonObject(state)) continue;
    const here = [...path, 'States', name];
    yield { state, path: here };
    for (const field of ['ItemProcessor', 'Iterator']) yield* statesIn(state[field], [...here, field]);
    if (!Array.isArray(state.Branches)) continue;
    for (const [index, inner] of state.Branches.entries()) yield* statesIn(inner, [...here, 'Branches', index]);
  }
}
