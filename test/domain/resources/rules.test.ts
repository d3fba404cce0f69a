import { describe, expect, it } from 'vitest';

import { componentsProblems } from '#domain/resources/release-rules';
import { resourceProblems } from '#domain/resources/rules';

import { application, environment, release, template } from './documents.ts';

const web = { name: 'web', port: 8080 };
const worker = { name: 'mail', type: 'worker' };

describe('the rules of an application', () => {
  it('are kept by components with names, ports and dependencies of their own', () => {
    expect(resourceProblems(application(web, { ...worker, dependencies: ['web'], scaling: { minReplicas: 1, maxReplicas: 1 } }))).toEqual([]);
  });

  it('let no two components share a name', () => {
    expect(resourceProblems(application(web, { ...web, port: 8081 }))).toEqual([{ field: 'spec.components.1.name', rule: 'must be the name of one component only', value: 'web' }]);
  });

  it('let no two components share a port', () => {
    const problems = resourceProblems(application(web, { ...worker, port: 8080 }));
    expect(problems).toEqual([{ field: 'spec.components.1.port', rule: 'must be the port of one component only (0 takes any free one)', value: 8080 }]);
  });

  it('let any number of components take any free port', () => {
    expect(resourceProblems(application({ name: 'web', port: 0 }, { name: 'api', port: 0 }))).toEqual([]);
  });

  it('ask a service for its port, and no other type', () => {
    expect(resourceProblems(application({ name: 'web' }, worker, { name: 'resize', type: 'function' }))).toEqual([{ field: 'spec.components.0.port', rule: 'is required for a service' }]);
  });

  it.each([[1, false], [2, true], [5, true], [6, false]])('ask for replicas within the bounds of scaling: %i', (replicas, fits) => {
    const problems = resourceProblems(application({ ...web, replicas, scaling: { minReplicas: 2, maxReplicas: 5 } }));
    expect(problems).toEqual(fits ? [] : [{ field: 'spec.components.0.replicas', rule: 'must be from 2 to 5, as its scaling says (left out it is 1)', value: replicas }]);
  });

  it('ask for at most as many least replicas as most replicas', () => {
    const problems = resourceProblems(application({ ...web, scaling: { minReplicas: 3, maxReplicas: 2 } }));
    expect(problems).toEqual([{ field: 'spec.components.0.scaling.maxReplicas', rule: 'must be at least minReplicas (3)', value: 2 }]);
  });

  it('name a dependency that is no component', () => {
    const problems = resourceProblems(application({ ...web, dependencies: ['mail', 'cache'] }, worker));
    expect(problems).toEqual([{ field: 'spec.components.0.dependencies.1', rule: 'must name a component of this application', value: 'cache' }]);
  });

  it('name the way of a cycle of dependencies', () => {
    const cycle = [{ ...web, dependencies: ['mail'] }, { ...worker, dependencies: ['cache'] }, { name: 'cache', type: 'worker', dependencies: ['mail'] }];
    expect(resourceProblems(application(...cycle))).toEqual([{ field: 'spec.components.1.dependencies', rule: 'must not lead back to the component itself: mail → cache → mail', value: ['cache'] }]);
  });

  it('let no component depend on itself', () => {
    expect(resourceProblems(application({ ...web, dependencies: ['web'] }))).toMatchObject([{ rule: 'must not lead back to the component itself: web → web' }]);
  });

  it('take two ways to the same component for no cycle, however many there are', () => {
    const layers = Array.from({ length: 25 }, (_, layer) => ['a', 'b'].map((side) => ({ name: `${side}${layer}`, type: 'worker', dependencies: layer === 0 ? [] : [`a${layer - 1}`, `b${layer - 1}`] })));
    expect(resourceProblems(application(...layers.flat()))).toEqual([]);
  });

  it('let a variable be set once in a component', () => {
    const environment = [{ name: 'LEVEL', value: 'info' }, { name: 'LEVEL', valueFrom: { secret: 'level' } }];
    expect(resourceProblems(application({ ...web, environment }, { ...worker, environment: [{ name: 'LEVEL', value: 'debug' }] }))).toEqual([{ field: 'spec.components.0.environment.1.name', rule: 'must be set once', value: 'LEVEL' }]);
  });
});

describe('the rules of an environment', () => {
  it('let a target be in one wave only', () => {
    const problems = resourceProblems(environment({ waves: [{ targets: ['edge-1'] }, { targets: ['edge-2', 'edge-1'] }] }));
    expect(problems).toEqual([{ field: 'spec.waves.1.targets.1', rule: 'must be in one wave only, once', value: 'edge-1' }]);
  });

  it('name what is wrong with a freeze where it stands', () => {
    const freezes = [{ name: 'year-end', startsAt: '2026-12-20T00:00:00Z', endsAt: '2026-12-19T00:00:00Z' }];
    expect(resourceProblems(environment({ freezes }))).toMatchObject([{ field: 'spec.freezes.0.endsAt', value: '2026-12-19T00:00:00Z' }]);
  });
});

describe('the rules of an analysis template', () => {
  it('let no two metrics share a name', () => {
    const metric = { name: 'errors', measure: 'errorPercent', failure: { op: '>', value: 2 } };
    expect(resourceProblems(template({ metrics: [metric, metric] }))).toEqual([{ field: 'spec.metrics.1.name', rule: 'must be the name of one metric only', value: 'errors' }]);
  });

  it('refuse a delay that leaves no time to measure', () => {
    expect(resourceProblems(template({ initialDelaySeconds: 60, horizonSeconds: 60 }))).toMatchObject([{ field: 'spec.initialDelaySeconds', value: 60 }]);
  });
});

describe('the rules of a release', () => {
  it('let no two components share a name', () => {
    expect(resourceProblems(release({ name: 'web' }, { name: 'web' }))).toMatchObject([{ field: 'spec.components.1.name', value: 'web' }]);
  });

  it('name a component that the application does not have, and one that the release lacks', () => {
    const problems = componentsProblems(release({ name: 'web' }, { name: 'wbe' }).spec, application(web, worker).spec);
    expect(problems).toEqual([
      { field: 'spec.components.1.name', rule: 'must be a component of the application (web, mail)', value: 'wbe' },
      { field: 'spec.components', rule: 'must have an artefact for the application\'s component mail', value: ['web', 'wbe'] },
    ]);
  });

  it('are kept by a release of exactly the application\'s components', () => {
    expect(componentsProblems(release({ name: 'mail' }, { name: 'web' }).spec, application(web, worker).spec)).toEqual([]);
  });
});
