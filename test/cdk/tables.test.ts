import { describe, expect, it } from 'vitest';
import * as z from 'zod';

import { busRules, gatewayRules } from '#contracts/bus-rules';
import { functionTable } from '#contracts/function-table';
import { machineName } from '#contracts/functions';
import { routes } from '#contracts/http/routes';
import { tables } from '#contracts/tables';
import { schedules } from '#contracts/timers';

import { synthesize } from './synthesized.ts';

const controlPlane = synthesize();
const reference = z.union([z.object({ Ref: z.string() }).transform((one) => one.Ref), z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) }).transform((one) => one['Fn::GetAtt'][0])]);

/** Names of functions by the ids of their resources. */
const functionNames = new Map(controlPlane.of('AWS::Lambda::Function').map(([id, { Properties }]) => [id, z.object({ FunctionName: z.string() }).parse(Properties).FunctionName.replace(/^sluice-/, '')]));
const nameOf = (given: unknown) => functionNames.get(reference.parse(given));

/** Paths of the HTTP API with what stands before each. */
function paths(): readonly { readonly path: string; readonly authorized: boolean; readonly method: string }[] {
  const parts = new Map(controlPlane.of('AWS::ApiGateway::Resource').map(([id, { Properties }]) => [id, z.object({ PathPart: z.string(), ParentId: reference }).parse(Properties)]));
  const pathOf = (id: string): string => {
    const part = parts.get(id);
    return part === undefined ? '' : `${pathOf(part.ParentId)}/${part.PathPart}`;
  };
  return controlPlane.properties('AWS::ApiGateway::Method', z.object({ ResourceId: reference, HttpMethod: z.string(), AuthorizationType: z.string() }))
    .map(({ ResourceId, HttpMethod, AuthorizationType }) => ({ path: pathOf(ResourceId) || '/', method: HttpMethod, authorized: AuthorizationType === 'CUSTOM' }));
}

/** A path with its parameters' names taken away: the gateway wants one name for a parameter at one place. */
const bare = (path: string) => path.replaceAll(/\{[^}]+\}/g, '{}');

describe('the app translates the tables', () => {
  it('has each function and no other, as the table bounds it', () => {
    expect([...functionNames.values()].sort()).toEqual(Object.keys(functionTable).sort());
    const bounds = controlPlane.properties('AWS::Lambda::Function', z.object({ FunctionName: z.string(), MemorySize: z.int(), Timeout: z.int(), Architectures: z.array(z.string()), Runtime: z.string() }));
    for (const { FunctionName, MemorySize, Timeout, Architectures, Runtime } of bounds) {
      const row = Object.entries(functionTable).find(([name]) => FunctionName === `sluice-${name}`)?.[1];
      expect({ memoryMebibytes: MemorySize, timeoutSeconds: Timeout, Architectures, Runtime }).toEqual({ memoryMebibytes: row?.memoryMebibytes, timeoutSeconds: row?.timeoutSeconds, Architectures: ['arm64'], Runtime: 'nodejs24.x' });
    }
  });

  it('has each path of the routes and no other, but for the root and what no route has', () => {
    const expected = [...new Set(Object.values(routes).map(({ path }) => bare(path)))];
    expect([...new Set(paths().map(({ path }) => bare(path)))].sort()).toEqual([...expected, '/', '/{}'].sort());
    for (const [path, methods] of Map.groupBy(paths(), (one) => one.path)) {
      const isRead = methods.every(({ authorized }) => !authorized) && bare(path) !== '/{}';
      expect(methods.map(({ method }) => method).sort()).toEqual(isRead ? ['GET', 'HEAD'] : ['ANY']);
    }
  });

  it('asks for a key on each path that has a route which is not public', () => {
    const closed = new Set(Object.values(routes).filter(({ permission }) => permission !== 'public').map(({ path }) => bare(path)));
    expect(new Set(paths().filter(({ authorized }) => authorized).map(({ path }) => bare(path)))).toEqual(closed);
  });

  it('has one rule for each consumer and no other, with its pattern and its on-failure queue', () => {
    const rules = controlPlane.properties('AWS::Events::Rule', z.object({ EventPattern: z.unknown(), Targets: z.tuple([z.object({ Arn: z.unknown(), DeadLetterConfig: z.object({ Arn: z.unknown() }) })]) }));
    const found = Object.fromEntries(rules.map(({ EventPattern, Targets: [{ Arn }] }) => [nameOf(Arn), EventPattern]));
    expect(found).toEqual(Object.fromEntries([...busRules, ...gatewayRules].map(({ consumer, pattern }) => [consumer, pattern])));
    const asynchronous = controlPlane.properties('AWS::Lambda::EventInvokeConfig', z.object({ FunctionName: z.unknown(), DestinationConfig: z.object({ OnFailure: z.object({ Destination: z.unknown() }) }).optional() }));
    expect(asynchronous.filter(({ DestinationConfig }) => DestinationConfig !== undefined).map(({ FunctionName }) => nameOf(FunctionName)).sort()).toEqual(Object.keys(found).sort());
  });

  it('has each schedule and no other', () => {
    const found = controlPlane.properties('AWS::Scheduler::Schedule', z.object({ Name: z.string(), ScheduleExpression: z.string(), Target: z.object({ Arn: z.unknown() }) }));
    const every = (minutes: number) => `rate(${minutes} minute${minutes === 1 ? '' : 's'})`;
    expect(found.map(({ Name, ScheduleExpression, Target }) => [Name, ScheduleExpression, nameOf(Target.Arn)])).toEqual(schedules.map(({ name, everyMinutes }) => [`sluice-${name}`, every(everyMinutes), name]));
  });

  it('has each state machine and no other', () => {
    expect(controlPlane.properties('AWS::StepFunctions::StateMachine', z.object({ StateMachineName: z.string() })).map(({ StateMachineName }) => StateMachineName.replace(/^sluice-/, '')).sort()).toEqual([...machineName.options].sort());
  });

  it('has exactly two consumers of the stream, and one of the timers\' queue', () => {
    const mappings = controlPlane.properties('AWS::Lambda::EventSourceMapping', z.object({ FunctionName: z.unknown(), StartingPosition: z.string().optional(), FunctionResponseTypes: z.array(z.string()), DestinationConfig: z.unknown().optional() }));
    expect(mappings.map(({ FunctionName, StartingPosition }) => [nameOf(FunctionName), StartingPosition]).sort()).toEqual([['projector', 'TRIM_HORIZON'], ['relay', 'TRIM_HORIZON'], ['timer', undefined]]);
    for (const { FunctionResponseTypes, StartingPosition, DestinationConfig } of mappings) {
      expect(FunctionResponseTypes).toEqual(['ReportBatchItemFailures']);
      expect(DestinationConfig !== undefined).toBe(StartingPosition !== undefined);
    }
  });

  it('has both tables by their keys; only that of the events has a stream', () => {
    const found = controlPlane.properties('AWS::DynamoDB::GlobalTable', z.object({ KeySchema: z.array(z.object({ AttributeName: z.string(), KeyType: z.string() })), StreamSpecification: z.object({ StreamViewType: z.string() }).optional(), TimeToLiveSpecification: z.object({ AttributeName: z.string() }).optional(), BillingMode: z.string() }));
    const keys = [{ AttributeName: 'pk', KeyType: 'HASH' }, { AttributeName: 'sk', KeyType: 'RANGE' }];
    expect(found).toEqual([
      { KeySchema: keys, StreamSpecification: { StreamViewType: tables.events.stream }, BillingMode: 'PAY_PER_REQUEST' },
      { KeySchema: keys, TimeToLiveSpecification: { AttributeName: tables.state.timeToLive }, BillingMode: 'PAY_PER_REQUEST' },
    ]);
  });

  it('lets the timers\' function call itself by its queue, and no other', () => {
    const loops = controlPlane.of('AWS::Lambda::Function').filter(([, { Properties }]) => Properties['RecursiveLoop'] === 'Allow');
    expect(loops.map(([id]) => functionNames.get(id))).toEqual(['timer']);
  });
});

describe('the stages of both APIs', () => {
  it('are made after the role by which the gateway writes logs, which stays', () => {
    const [[account, { DeletionPolicy } = {}] = []] = controlPlane.of('AWS::ApiGateway::Account');
    expect(DeletionPolicy).toBe('Retain');
    const [[rest, restStage] = []] = controlPlane.of('AWS::ApiGateway::Stage');
    const [[, socketStage] = []] = controlPlane.of('AWS::ApiGatewayV2::Stage');
    expect(restStage?.DependsOn).toContain(account);
    expect(socketStage?.DependsOn).toContain(rest);
    for (const stage of [restStage, socketStage]) expect(JSON.stringify(stage?.Properties)).toContain('AccessLog');
  });
});
