import type * as z from 'zod';

import { fieldErrorsOf } from '#client/field-errors';
import { SluiceError } from '#client/sluice-error';
import { settingsFrom } from '#contracts/environment';
import type { Setting } from '#contracts/environment';

import { flagOf } from './command.ts';

/** Where the settings of a program come from. `unflagged` are those that have a variable only, and whose values are never repeated. */
type Sources<Name extends string> = {
  readonly variables: { readonly [Key in Name]: Setting };
  readonly flags: { readonly [name: string]: unknown };
  readonly environment: { readonly [variable: string]: string | undefined };
  readonly unflagged?: readonly NoInfer<Name>[];
};

/** Reads the settings of a program. @throws SluiceError `bad-settings` that names each bad one by its flag and variable. */
export function readSettings<Schema extends z.ZodType, Name extends string>(schema: Schema, sources: Sources<Name>): z.output<Schema> {
  const given = settingsFrom(sources.variables, sources.flags, sources.environment);
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const settings = new Map<string, Setting>(Object.entries(sources.variables));
  const errors = fieldErrorsOf(result.error, given).map(({ field, rule, value }) => {
    const name = field.split('.')[0] ?? field;
    const variable = settings.get(name)?.variable ?? name;
    const secret = sources.unflagged?.some((one) => one === name) ?? false;
    return { field: secret ? variable : `${flagOf(name)} (${variable})`, rule, ...(value === undefined || secret ? {} : { value }) };
  });
  throw SluiceError.of('bad-settings', 'nothing was started', { errors });
}

/** A setting as a flag: its description names its variable. */
export function asFlag<One extends Setting>(setting: One): Omit<One, 'variable'> & { readonly description: string } {
  const { variable, ...rest } = setting;
  return { ...rest, description: `${setting.description}; environment ${variable}` };
}

/** A flag that may be given several times and was not given at all leaves the word to its variable. */
export function unlessEmpty(list: readonly string[]): readonly string[] | undefined {
  return list.length === 0 ? undefined : list;
}
