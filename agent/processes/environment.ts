import type { SecretValues } from '#contracts/adapter';
import type { Component } from '#domain/resources/application';

/** What a process is told of itself beside its component's variables. */
export type InstanceFacts = { readonly instance: string; readonly application: string; readonly component: string; readonly release: string; readonly target: string; readonly port: number | null };

/** The variable by which a process can be found again as one of ours. */
export const INSTANCE_VARIABLE = 'SLUICE_INSTANCE';

/** What a process takes over from the agent: where programs are found, who it is, its language, time zone and temporary files. Nothing else leaks. */
const INHERITED = ['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'LANG', 'LC_ALL', 'LC_CTYPE', 'TZ', 'TMPDIR'] as const;

/**
 * The whole environment of a process, later entries over earlier ones: the inherited few, the component's variables (secrets by value), and
 * what only the agent knows. A secret without a value is left out: the check before a start refuses it.
 */
export function processEnvironment(inherited: NodeJS.ProcessEnv, component: Component, given: { readonly secrets: SecretValues; readonly facts: InstanceFacts }): { readonly [name: string]: string } {
  const { secrets, facts } = given;
  return {
    ...withoutMissing(INHERITED.map((name) => [name, inherited[name]])),
    ...withoutMissing(component.environment.map((variable) => [variable.name, 'value' in variable ? variable.value : secrets[variable.valueFrom.secret]])),
    ...(facts.port === null ? {} : { PORT: String(facts.port), HOST: '127.0.0.1' }),
    SLUICE_APPLICATION: facts.application,
    SLUICE_COMPONENT: facts.component,
    SLUICE_RELEASE: facts.release,
    SLUICE_TARGET: facts.target,
    [INSTANCE_VARIABLE]: facts.instance,
  };
}

/** Why a component's variables cannot be given to a process; empty when they can. */
export function environmentProblems(component: Component, secrets: SecretValues): readonly string[] {
  return component.environment.flatMap((variable) => {
    // The dynamic loader runs what these name inside any executable, and so past the allow list (ld.so(8), dyld(1)).
    if (/^(LD|DYLD)_/.test(variable.name)) return [`the variable ${variable.name} would load code that is not on the agent's allow list`];
    if ('valueFrom' in variable && secrets[variable.valueFrom.secret] === undefined) return [`the secret "${variable.valueFrom.secret}" for ${variable.name} has no value`];
    return [];
  });
}

function withoutMissing(entries: readonly (readonly [string, string | undefined])[]): { [name: string]: string } {
  return Object.fromEntries(entries.filter((entry): entry is readonly [string, string] => entry[1] !== undefined));
}
