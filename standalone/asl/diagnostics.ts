/** One thing that is wrong with a definition, in the form of ValidateStateMachineDefinition. */
export type Diagnostic = {
  /** A word of AWS's, such as SCHEMA_VALIDATION_FAILED or MISSING_TRANSITION_TARGET. */
  readonly code: string;
  readonly message: string;
  /** Where, as `/States/Pay/Retry[0]/ErrorEquals`; absent when it is nowhere in particular. */
  readonly location?: string;
};

/** A place in a definition: keys and indices from the top. */
export type Path = readonly (string | number)[];

/** Writes a place as AWS does: keys after a slash, indices in brackets, `/` for the top. */
export function locationOf(path: Path): string {
  const text = path.map((part) => (typeof part === 'number' ? `[${part}]` : `/${part}`)).join('');
  return text === '' ? '/' : text;
}

/** A diagnostic of the schema: a field that is missing, unknown or of the wrong form. */
export function schemaDiagnostic(message: string, path: Path): Diagnostic {
  return { code: 'SCHEMA_VALIDATION_FAILED', message, location: locationOf(path) };
}
