import { checkExpressions } from './check-expressions.ts';
import { checkGraph } from './check-graph.ts';
import { checkLanguage } from './check-language.ts';
import { checkState, type MachineType } from './check-states.ts';
import { checkVariables } from './check-variables.ts';
import { schemaDiagnostic, type Diagnostic } from './diagnostics.ts';
import { isJsonObject, jsonFault } from './json.ts';
import { jsonTextDiagnostic } from './json-text.ts';
import { machineSchema, type Machine } from './machine.ts';
import { schemaDiagnostics } from './schema-issues.ts';
import { blocksOf, statesOf } from './walk.ts';

/** The longest definition that CreateStateMachine takes: 1 MiB. */
const MAXIMUM_TEXT_LENGTH = 1_048_576;

/** A machine that can run, or what is wrong with the definition; never both, and never no diagnostic. */
export type ParsedMachine = { readonly machine: Machine; readonly diagnostics?: never } | { readonly machine?: never; readonly diagnostics: readonly Diagnostic[] };

/** What to hold a definition to; a STANDARD machine unless it says otherwise. */
export type ParseOptions = { readonly type?: MachineType };

/** Parses a definition written as JSON. Texts that are too long or that are no JSON are refused. */
export function parseMachineText(text: string, options: ParseOptions = {}): ParsedMachine {
  if (text.length > MAXIMUM_TEXT_LENGTH) return refused([schemaDiagnostic(`The definition is longer than ${MAXIMUM_TEXT_LENGTH} characters`, [])]);
  let definition: unknown;
  try {
    definition = JSON.parse(text);
  } catch {
    return refused([jsonTextDiagnostic(text)]);
  }
  return parseMachine(definition, options);
}

/**
 * Checks a definition as ValidateStateMachineDefinition does, for what this interpreter can run: JSONata states, Maps in
 * INLINE mode. It ends in bounded time whatever the definition. Rules that need a whole machine are only checked when
 * the forms of all fields hold.
 */
export function parseMachine(definition: unknown, { type = 'STANDARD' }: ParseOptions = {}): ParsedMachine {
  const fault = jsonFault(definition);
  if (fault !== undefined) return refused([schemaDiagnostic(`The definition ${fault}`, [])]);
  const language = checkLanguage(definition);
  if (language.length > 0) return refused(language);
  const current = withoutOldNames(definition);
  const parsed = machineSchema.safeParse(current);
  if (!parsed.success) return refused(schemaDiagnostics(parsed.error.issues, current));
  const machine = parsed.data;
  const blocks = [...blocksOf({ ...machine, path: [] })];
  const diagnostics = [
    ...blocks.flatMap((block) => statesOf(block).flatMap(({ state, path }) => [...checkState(state, path, type), ...checkExpressions(state, path)])),
    ...blocks.flatMap(checkVariables),
    ...checkGraph({ ...machine, path: [] }),
  ];
  return diagnostics.length > 0 ? refused(diagnostics) : { machine };
}

function refused(diagnostics: readonly Diagnostic[]): ParsedMachine {
  return { diagnostics };
}

/** `Iterator` is the old name of `ItemProcessor`, which AWS still takes. */
function withoutOldNames(value: unknown): unknown {
  if (!isJsonObject(value) || !isJsonObject(value.States)) return value;
  const states = Object.entries(value.States).map(([name, state]) => {
    if (!isJsonObject(state)) return [name, state];
    const { Iterator: iterator, ...rest } = state;
    const processor = rest.ItemProcessor ?? iterator;
    const branches = Array.isArray(rest.Branches) ? { Branches: rest.Branches.map(withoutOldNames) } : {};
    return [name, { ...rest, ...(processor === undefined ? {} : { ItemProcessor: withoutOldNames(processor) }), ...branches }];
  });
  return { ...value, States: Object.fromEntries(states) };
}
