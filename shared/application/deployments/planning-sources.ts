import type { Context } from '#application/context';
import { loadResource } from '#application/resources/load-resource';
import { Failure } from '#contracts/errors';
import type { SideReference } from '#domain/deployment/plan';
import type { DeploymentRequest } from '#domain/deployment/state';
import type { PlanInput, Side } from '#domain/planning/plan-input';
import { resolveStrategy, templatesOf } from '#domain/planning/strategy';
import type { EnvironmentSpec } from '#domain/resources/environment';
import type { Strategy } from '#domain/resources/strategy';
import type { Provider } from '#domain/resources/target';

/** What a request is about, read and checked: everything a plan is made of but the leases. */
export type PlanningSources = {
  readonly strategy: Strategy;
  readonly new: Side;
  readonly environment: { readonly spec: EnvironmentSpec; readonly version: number };
  readonly targets: readonly { readonly name: string; readonly wave: number; readonly provider: Provider }[];
  readonly templates: PlanInput['templates'];
};

/**
 * Reads what a request names. @throws Failure `unknown-reference` naming the field and value of what does not exist.
 */
export async function readSources(context: Context, request: Pick<DeploymentRequest, 'application' | 'release' | 'environment' | 'strategy'>): Promise<PlanningSources> {
  const application = await loadResource(context, { kind: 'Application', name: request.application });
  if (application === undefined) throw unknown('application', request.application);
  const release = await loadResource(context, { kind: 'Release', name: request.release, application: request.application });
  if (release === undefined) throw unknown('release', request.release);
  const environment = await loadResource(context, { kind: 'Environment', name: request.environment });
  if (environment === undefined) throw unknown('environment', request.environment);
  const strategy = resolveStrategy(request.strategy, environment.resource.spec, application.resource.spec);
  return {
    strategy,
    new: { reference: { release: request.release, applicationVersion: application.version }, application: application.resource.spec, release: release.resource.spec },
    environment: { spec: environment.resource.spec, version: environment.version },
    targets: await targetsOf(context, environment.resource.spec),
    templates: await templates(context, strategy),
  };
}

/** A side by its reference: the release, and the application as it was described then. */
export async function readSide(context: Context, application: string, reference: SideReference): Promise<Side> {
  const described = await loadResource(context, { kind: 'Application', name: application }, reference.applicationVersion);
  const release = await loadResource(context, { kind: 'Release', name: reference.release, application });
  if (described === undefined || release === undefined) throw new Failure('internal-error', `the release ${reference.release} of ${application} in version ${reference.applicationVersion} is not to be found`);
  return { reference, application: described.resource.spec, release: release.resource.spec };
}

async function targetsOf(context: Context, environment: EnvironmentSpec): Promise<PlanningSources['targets']> {
  const named = environment.waves.flatMap((wave, number) => wave.targets.map((name) => ({ name, wave: number })));
  return await Promise.all(named.map(async (one) => {
    const target = await loadResource(context, { kind: 'Target', name: one.name });
    if (target === undefined) throw unknown('environment', one.name);
    return { ...one, provider: target.resource.spec.provider };
  }));
}

async function templates(context: Context, strategy: Strategy): Promise<PlanInput['templates']> {
  const found = await Promise.all([...new Set(templatesOf(strategy))].map(async (name) => {
    const template = await loadResource(context, { kind: 'AnalysisTemplate', name });
    return template === undefined ? [] : [[name, { version: template.version, spec: template.resource.spec }] as const];
  }));
  return Object.fromEntries(found.flat());
}

function unknown(field: string, value: string): Failure {
  return new Failure('unknown-reference', { detail: `${field}: there is no "${value}"`, errors: [{ field, rule: 'must name something that exists', value }] });
}
