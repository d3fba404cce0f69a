import { Stack } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';

import { ControlPlane } from '#cdk/constructs/control-plane';
import { functionTable } from '#contracts/function-table';
import { routes } from '#contracts/http/routes';

import { newApp, synthesize } from './synthesized.ts';

const reserved = (given: unknown) => Object.fromEntries(synthesize(given).properties('AWS::Lambda::Function', z.object({ FunctionName: z.string(), ReservedConcurrentExecutions: z.int().optional() }))
  .flatMap(({ FunctionName, ReservedConcurrentExecutions }) => (ReservedConcurrentExecutions === undefined ? [] : [[FunctionName.replace(/^sluice-/, ''), ReservedConcurrentExecutions]])));

describe('concurrency', () => {
  it('is reserved for nobody by default, since a new account has none to reserve', () => {
    expect(reserved({})).toEqual({});
  });

  it('is reserved where it is asked for: as much for the API, and one call at a time for each schedule', () => {
    expect(reserved({ apiConcurrency: 50 })).toEqual({ api: 50, sweep: 1, expire: 1 });
    expect(Object.entries(functionTable).filter(([, row]) => 'atOnce' in row).map(([name]) => name)).toEqual(['sweep', 'expire']);
  });

  it('is a whole number of calls', () => {
    for (const apiConcurrency of [0, -1, 1.5, '50']) expect(() => synthesize({ apiConcurrency })).toThrow('apiConcurrency');
  });
});

describe('what all tenants together may ask for', () => {
  const stages = (given: unknown) => {
    const made = synthesize(given);
    const throttle = z.object({ ThrottlingRateLimit: z.int(), ThrottlingBurstLimit: z.int() });
    const methods = z.object({ MethodSettings: z.array(throttle.extend({ ResourcePath: z.string() })) });
    const http = made.properties('AWS::ApiGateway::Stage', methods).flatMap(({ MethodSettings }) => MethodSettings.filter(({ ResourcePath }) => ResourcePath === '/*'));
    const socket = made.properties('AWS::ApiGatewayV2::Stage', z.object({ DefaultRouteSettings: throttle })).map(({ DefaultRouteSettings }) => DefaultRouteSettings);
    return [...http, ...socket].map(({ ThrottlingRateLimit, ThrottlingBurstLimit }) => [ThrottlingRateLimit, ThrottlingBurstLimit]);
  };

  it('is 1,000 requests and as many messages a second, and twice as many at once', () => {
    expect(stages({})).toEqual([[1000, 2000], [1000, 2000]]);
  });

  it('is what the settings say', () => {
    expect(stages({ requestsPerSecond: 8000 })).toEqual([[8000, 16_000], [8000, 16_000]]);
  });

  it('is held to its rule also where the constructs are used without settings', () => {
    expect(() => new ControlPlane(new Stack(newApp(), 'Own'), 'ControlPlane', { requestsPerSecond: 0 })).toThrow('requestsPerSecond must be at least 1, not 0');
  });
});

describe('the stream of events', () => {
  it('is read by two consumers, ten batches of a shard side by side, each tried ten times', () => {
    const mapping = z.object({ EventSourceArn: z.unknown(), ParallelizationFactor: z.int().optional(), MaximumRetryAttempts: z.int().optional(), BatchSize: z.int() });
    const consumers = synthesize().properties('AWS::Lambda::EventSourceMapping', mapping).filter(({ MaximumRetryAttempts }) => MaximumRetryAttempts !== undefined);
    expect(consumers.map(({ EventSourceArn: _arn, ...rest }) => rest)).toEqual(Array.from({ length: 2 }, () => ({ ParallelizationFactor: 10, MaximumRetryAttempts: 10, BatchSize: 100 })));
  });
});

describe('what is open to everybody', () => {
  const controlPlane = synthesize();
  const stage = z.object({ MethodSettings: z.array(z.object({ ResourcePath: z.string(), HttpMethod: z.string(), ThrottlingRateLimit: z.int(), ThrottlingBurstLimit: z.int() })) });
  const [settings] = controlPlane.properties('AWS::ApiGateway::Stage', stage).map(({ MethodSettings }) => MethodSettings);
  const pathOf = (resource: string) => (resource === '/' ? '/' : resource.slice(1).replaceAll('~1', '/'));

  it('has a limit of its own on each path, whatever the method, far below that of the others', () => {
    const own = settings?.filter(({ ResourcePath }) => ResourcePath !== '/*') ?? [];
    const open = new Set(Object.values(routes).filter(({ permission }) => permission === 'public').map(({ path }) => path));
    expect(new Set(own.map(({ ResourcePath }) => pathOf(ResourcePath)))).toEqual(new Set([...open, '/', '/{proxy+}']));
    const [all] = settings?.filter(({ ResourcePath, HttpMethod }) => ResourcePath === '/*' && HttpMethod === '*') ?? [];
    for (const [path, methods] of Map.groupBy(own, ({ ResourcePath }) => ResourcePath)) {
      expect(methods.map(({ HttpMethod }) => HttpMethod).toSorted()).toEqual(pathOf(path) === '/{proxy+}' ? ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'] : ['GET', 'HEAD']);
      for (const { ThrottlingRateLimit, ThrottlingBurstLimit } of methods) {
        expect(ThrottlingRateLimit).toBeLessThan((all?.ThrottlingRateLimit ?? 0) / 10);
        expect(ThrottlingBurstLimit).toBeLessThan((all?.ThrottlingBurstLimit ?? 0) / 10);
      }
    }
  });

  it('has few enough settings for one change of the stage, which the gateway calls too large beyond some eighty', () => {
    const settings = z.object({ MethodSettings: z.array(z.looseObject({})) });
    const changes = controlPlane.properties('AWS::ApiGateway::Stage', settings).flatMap(({ MethodSettings }) => MethodSettings.map((one) => Object.keys(one).length - 2));
    expect(changes.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(80);
  });

  it('answers a method that nothing is read by with the API\'s own words, and calls no function for it', () => {
    const answers = controlPlane.properties('AWS::ApiGateway::GatewayResponse', z.object({ ResponseType: z.string(), StatusCode: z.string(), ResponseParameters: z.record(z.string(), z.string()), ResponseTemplates: z.record(z.string(), z.string()) }));
    const refused = answers.find(({ ResponseType }) => ResponseType === 'MISSING_AUTHENTICATION_TOKEN');
    expect([refused?.StatusCode, refused?.ResponseParameters['gatewayresponse.header.allow']]).toEqual(['405', "'GET, HEAD'"]);
    expect(JSON.parse(refused?.ResponseTemplates['application/json'] ?? '')).toMatchObject({ code: 'method-not-allowed', status: 405 });
  });

  it('is none of what needs a key', () => {
    const closed = Object.values(routes).filter(({ permission }) => permission !== 'public').map(({ path }) => path);
    expect(settings?.map(({ ResourcePath }) => pathOf(ResourcePath)).filter((path) => closed.includes(path))).toEqual([]);
  });
});

it('a schedule\'s call that cannot begin within a minute is dropped: the next one does the same', () => {
  const controlPlane = synthesize();
  const configured = controlPlane.properties('AWS::Lambda::EventInvokeConfig', z.object({ MaximumEventAgeInSeconds: z.int(), MaximumRetryAttempts: z.int() }));
  expect(configured.filter(({ MaximumRetryAttempts }) => MaximumRetryAttempts === 0)).toEqual([{ MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 0 }, { MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 0 }]);
});
