import { describe, expect, it } from 'vitest';

import { documentKey, inWords, kindIndex, referenceOf, resourceStream } from '#domain/resources/reference';
import { useIndex, usesOf } from '#domain/resources/uses';

import { application, environment, release, template } from './documents.ts';

const secret = [{ name: 'PASSWORD', valueFrom: { secret: 'database-password' } }];

describe('what a document uses', () => {
  it('is, for an environment, its targets and the templates of its strategies, each with its field', () => {
    const document = environment({
      waves: [{ targets: ['edge-1'] }, { targets: ['edge-2'] }],
      strategy: { type: 'canary', steps: [{ weightPercent: 10 }, { analysis: { template: 'errors' } }], analysis: { template: 'background' } },
      strategies: { 'blue-green': { prePromotionAnalysis: { template: 'before' }, postPromotionAnalysis: { template: 'after' } } },
    });
    expect(usesOf(document)).toEqual([
      { kind: 'Target', name: 'edge-1', field: 'spec.waves.0.targets.0' },
      { kind: 'Target', name: 'edge-2', field: 'spec.waves.1.targets.0' },
      { kind: 'AnalysisTemplate', name: 'background', field: 'spec.strategy.analysis.template' },
      { kind: 'AnalysisTemplate', name: 'errors', field: 'spec.strategy.steps.1.analysis.template' },
      { kind: 'AnalysisTemplate', name: 'before', field: 'spec.strategies.blue-green.prePromotionAnalysis.template' },
      { kind: 'AnalysisTemplate', name: 'after', field: 'spec.strategies.blue-green.postPromotionAnalysis.template' },
    ]);
  });

  it('is, for an application, the secrets of its components', () => {
    expect(usesOf(application({ name: 'web', port: 1, environment: [{ name: 'LEVEL', value: 'info' }, ...secret] }))).toEqual([{ kind: 'Secret', name: 'database-password', field: 'spec.components.0.environment.1.valueFrom.secret' }]);
  });

  it('is, for a release, its application and its secrets', () => {
    expect(usesOf(release({ name: 'web', environment: secret }))).toEqual([
      { kind: 'Application', name: 'shop', field: 'spec.application' },
      { kind: 'Secret', name: 'database-password', field: 'spec.components.0.environment.0.valueFrom.secret' },
    ]);
  });

  it('is nothing for an analysis template', () => {
    expect(usesOf(template({}))).toEqual([]);
  });

  it('is found by the stream of what is used', () => {
    expect((['Target', 'AnalysisTemplate', 'Secret'] as const).map((kind) => useIndex({ kind, name: 'x' }))).toEqual(['target/x', 'analysis-template/x', 'secret/x']);
  });
});

describe('the places of a resource', () => {
  it('are made of its kind and name', () => {
    const reference = referenceOf(template({}));
    expect([resourceStream(reference), documentKey(reference), kindIndex(reference), inWords(reference)]).toEqual(['analysis-template/errors', 'analysis-templates/errors', 'AnalysisTemplate', 'analysis template errors']);
  });

  it('name the application of a release', () => {
    const reference = referenceOf(release({ name: 'web' }));
    expect([resourceStream(reference), documentKey(reference), kindIndex(reference), inWords(reference)]).toEqual(['release/shop/1.4.2', 'releases/shop/1.4.2', 'Release/shop', 'release 1.4.2 of shop']);
  });
});
