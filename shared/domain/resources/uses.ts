import type { Component } from '#domain/resources/application';
import { resourceStream } from '#domain/resources/reference';
import type { ReleaseComponent } from '#domain/resources/release';
import type { Resource, ResourceKind } from '#domain/resources/resource';
import type { CanaryStep, StrategyOverrides } from '#domain/resources/strategy';

/** Something that a document names, and where it does: the field by its dotted path. A secret is no resource, but is used like one. */
export type Use = { readonly kind: ResourceKind | 'Secret'; readonly name: string; readonly field: string };

/** Everything that a document names, in the order of the document. */
export function usesOf(resource: Resource): readonly Use[] {
  switch (resource.kind) {
    case 'Application':
      return [...secretsOf(resource.spec.components), ...templatesOfOverrides(resource.spec.strategies)];
    case 'Release':
      return [{ kind: 'Application', name: resource.spec.application, field: 'spec.application' }, ...secretsOf(resource.spec.components)];
    case 'Environment': {
      const { waves, strategy, strategies } = resource.spec;
      const targets = waves.flatMap((wave, index) => wave.targets.map((name, place): Use => ({ kind: 'Target', name, field: `spec.waves.${index}.targets.${place}` })));
      return [...targets, ...templatesOfStrategy(strategy, 'spec.strategy'), ...templatesOfOverrides(strategies)];
    }
    case 'Target': case 'AnalysisTemplate':
      return [];
  }
}

/** The value under which a use is found in the read model's index `uses`: what is used by its stream, as `target/edge-1`. */
export function useIndex(use: Pick<Use, 'kind' | 'name'>): string {
  return use.kind === 'Secret' ? `secret/${use.name}` : resourceStream({ kind: use.kind, name: use.name });
}

function secretsOf(components: readonly (Component | ReleaseComponent)[]): readonly Use[] {
  return components.flatMap(({ environment }, index) => environment.flatMap((variable, place): readonly Use[] => (
    'valueFrom' in variable ? [{ kind: 'Secret', name: variable.valueFrom.secret, field: `spec.components.${index}.environment.${place}.valueFrom.secret` }] : []
  )));
}

function templatesOfOverrides(strategies: StrategyOverrides | undefined): readonly Use[] {
  return Object.entries(strategies ?? {}).flatMap(([type, parameters]) => (parameters === undefined ? [] : templatesOfStrategy(parameters, `spec.strategies.${type}`)));
}

type Naming = { readonly template: string } | undefined;

/** A strategy's parameters as far as they name templates, whichever strategy it is. */
type NamingTemplates = { readonly analysis?: Naming; readonly prePromotionAnalysis?: Naming; readonly postPromotionAnalysis?: Naming; readonly steps?: readonly CanaryStep[] | undefined };

function templatesOfStrategy(parameters: NamingTemplates, field: string): readonly Use[] {
  const named: readonly (readonly [string, Naming])[] = [
    ...(['analysis', 'prePromotionAnalysis', 'postPromotionAnalysis'] as const).map((name) => [name, parameters[name]] as const),
    ...(parameters.steps ?? []).map((step, index) => [`steps.${index}.analysis`, 'analysis' in step ? step.analysis : undefined] as const),
  ];
  return named.flatMap(([path, naming]): readonly Use[] => (naming === undefined ? [] : [{ kind: 'AnalysisTemplate', name: naming.template, field: `${field}.${path}.template` }]));
}
