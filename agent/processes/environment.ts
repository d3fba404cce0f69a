import type { SecretValues } from '#contracts/adapter';
import type { Component } from '#domain/resources/application';
import type { AllowList } from '#agent/processes/allow-list';
import { mayBringCode } from '#agent/processes/code-variables';

/** What a process is told of itself beside its component's variables. */
export type InstanceFacts = { readonly instance: string; readonly application: string; readonly component: string; readonly release: string; readonly target: string; readonly port: number | null };

/** The variable by which a process can be found again as one of ours. */
export const INSTANCE_VARIABLE = 'SLUICE_INSTANCE';

/** What a process takes over from the agent: where programs are found, who it is, its language, time zone and temporary files. Nothing else leaks. */
const INHERITED = ['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'LANG', 'LC_ALL', 'LC_CTYPE', 'TZ', 'TMPDIR'] as const;

/**
 * The whole environment of a process, later entries over earlier ones: the inherited few, the address to listen on, the component's variables
 * (secrets by value), and what only the agent knows, its port before all. A secret without a value is left out: the check before a start refuses it.
 */
export function processEnvironment(inherited: NodeJS.ProcessEnv, component: Component, given: { readonly secrets: SecretValues; readonly facts: InstanceFacts }): { readonly [name: string]: string } {
  const { secrets, facts } = given;
  return {
    ...withoutMissing(INHERITED.map((name) => [name, inherited[name]])),
    ...(facts.port === null ? {} : { HOST: '127.0.0.1' }),
    ...withoutMissing(component.environment.map((variable) => [variable.name, 'value' in variable ? variable.value : secrets[variable.valueFrom.secret]])),
    ...(facts.port === null ? {} : { PORT: String(facts.port) }),
    SLUICE_APPLICATION: facts.application,
    SLUICE_COMPONENT: facts.component,
    SLUICE_RELEASE: facts.release,
    SLUICE_TARGET: facts.target,
    [INSTANCE_VARIABLE]: facts.instance,
  };
}

/**
 * Why a component's variables cannot be given to a process; nothing when they can. What could bring foreign code is forbidden unless the
 * machine's owner lets it; a secret without a value is missing.
 */
export function environmentProblems(component: Component, secrets: SecretValues, allow: Pick<AllowList, 'variables'>): { readonly forbidden: readonly string[]; readonly missing: readonly string[] } {
  const forbidden = component.environment.filter(({ name }) => mayBringCode(name) && !allow.variables.includes(name));
  const named = component.environment.filter((variable) => !forbidden.includes(variable));
  return {
    forbidden: forbidden.map(({ name }) => `the variable ${name} could bring code that is not on the agent's allow list; where that is meant, the agent is started with --allow-variables ${name}`),
    missing: named.flatMap((variable) => ('valueFrom' in variable && secrets[variable.valueFrom.secret] === undefined ? [`the secret "${variable.valueFrom.secret}" for ${variable.name} has no value`] : [])),
  };
}

function withoutMissing(entries: readonly (readonly [string, string | undefined])[]): { [name: string]: string } {
  return Object.fromEntries(entries.filter((entry): entry is readonly [string, string] => entry[1] !== undefined));
}
