import type { ApplicationSpec } from '#domain/resources/application';
import type { EnvironmentSpec } from '#domain/resources/environment';
import { strategyParameters } from '#domain/resources/strategy';
import type { RollbackTriggers, Strategy, StrategyChoice, StrategyType } from '#domain/resources/strategy';

/**
 * The strategy of a request with all its parameters. A whole `{type, …}` in the request is taken as it is. A type, or nothing (the
 * environment's default), is made of layers, field by field, later ones winning: the defaults, the environment's `strategies`, the
 * environment's own `strategy` if it is of that type, the application's `strategies`.
 */
export function resolveStrategy(asked: StrategyType | StrategyChoice | null, environment: EnvironmentSpec, application: ApplicationSpec): Strategy {
  if (asked !== null && typeof asked === 'object') return completed(asked.type, asked);
  const type = asked ?? environment.strategy.type;
  const own = environment.strategy.type === type ? environment.strategy : {};
  return completed(type, { ...environment.strategies?.[type], ...own, ...application.strategies?.[type] });
}

function completed(type: StrategyType, fields: object): Strategy {
  const { type: _type, ...given } = { type, ...fields };
  switch (type) {
    case 'canary': return { type, ...strategyParameters.canary.parse(given) };
    case 'blue-green': return { type, ...strategyParameters['blue-green'].parse(given) };
    case 'rolling': return { type, ...strategyParameters.rolling.parse(given) };
    case 'recreate': return { type, ...strategyParameters.recreate.parse(given) };
  }
}

/** The triggers with their defaults: all on. */
export function triggersOf(strategy: Strategy): RollbackTriggers {
  const given = strategy.rollbackTriggers;
  return { verdict: given?.verdict ?? true, health: given?.health ?? true, deadline: given?.deadline ?? true, manual: given?.manual ?? true };
}

/** The names of the analysis templates that a strategy uses. */
export function templatesOf(strategy: Strategy): readonly string[] {
  const background = strategy.analysis === undefined ? [] : [strategy.analysis.template];
  switch (strategy.type) {
    case 'canary': return [...background, ...strategy.steps.flatMap((step) => ('analysis' in step ? [step.analysis.template] : []))];
    case 'blue-green': return [...background, ...[strategy.prePromotionAnalysis, strategy.postPromotionAnalysis].flatMap((one) => (one === undefined ? [] : [one.template]))];
    case 'rolling': case 'recreate': return background;
  }
}
