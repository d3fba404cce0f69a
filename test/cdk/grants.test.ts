import { describe, expect, it } from 'vitest';
import * as z from 'zod';

import { functionTable } from '#contracts/function-table';

import { flat, rolesOf } from './policies.ts';
import { synthesize } from './synthesized.ts';

const key = 'arn:aws:kms:eu-central-1:123456789012:key/12345678-1234-1234-1234-123456789012';
const controlPlane = synthesize();
const withKey = synthesize({ encryptionKeyArn: key });
const roles = rolesOf(controlPlane);

/** The role of each function, by the function's name. */
const roleNames = (stack: typeof controlPlane) => new Map(stack.properties('AWS::Lambda::Function', z.object({ FunctionName: z.string(), Role: z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) }) })).map(({ FunctionName, Role }) => [FunctionName.replace('sluice-', ''), Role['Fn::GetAtt'][0]]));
const roleOf = roleNames(controlPlane);
const mayOf = (name: string) => roles.find(({ role }) => role === roleOf.get(name))?.statements ?? [];
const actionsOf = (name: string) => new Set(mayOf(name).flatMap(({ Action }) => Action.map(flat)));

/** What IAM knows no resources for. Source: the service authorization reference of X-Ray and of CloudWatch Logs. */
const WITHOUT_RESOURCES = /^(xray:Put(TraceSegments|TelemetryRecords)|xray:GetSampling(Rules|Targets)|logs:(CreateLogDelivery|GetLogDelivery|UpdateLogDelivery|DeleteLogDelivery|ListLogDeliveries|PutResourcePolicy|DescribeResourcePolicies|DescribeLogGroups))$/;

/** Names that end in a star because what follows has no name yet. */
const UNNAMED = [/Blobs[^*]*\/\*$/, /:execution:sluice-[a-z-]+:\*$/, /:schedule\/sluice\/\*$/, /\/stream\/(POST|DELETE)\/@connections\/\*$/, /:\/apikeys\/\*$|::\/apikeys\/\*$/, /^<ControlPlaneFunctions(sweep|expire)[0-9A-F]+>:\*$/];

describe('the roles of the control plane', () => {
  it('have no star where a resource has a name', () => {
    const stars = roles.flatMap(({ role, statements }) => statements.flatMap(({ Action, Resource }) => Resource.map(flat).filter((one) => one.includes('*')).map((resource) => ({ role, resource, actions: Action.map(flat) }))));
    const wrong = stars.filter(({ resource, actions }) => (resource === '*' ? !actions.every((action) => WITHOUT_RESOURCES.test(action)) : !UNNAMED.some((known) => known.test(resource))));
    expect(wrong).toEqual([]);
    expect(stars.length).toBeGreaterThan(10);
  });

  it('name every action', () => {
    expect(roles.flatMap(({ statements }) => statements.flatMap(({ Action }) => Action.map(flat))).filter((action) => action.includes('*'))).toEqual([]);
  });

  it('have no managed policies, which say more than is needed, but that by which the gateway writes logs of the whole account', () => {
    const managed = controlPlane.properties('AWS::IAM::Role', z.object({ ManagedPolicyArns: z.array(z.unknown()).default([]) })).flatMap(({ ManagedPolicyArns }) => ManagedPolicyArns.map(flat));
    expect(managed).toEqual(['arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs']);
  });

  it.each(Object.keys(functionTable))('lets only who appends events write them, only who has the grant read the master key: %s', (name) => {
    const may: readonly string[] = Object.entries(functionTable).find(([one]) => one === name)?.[1].may ?? [];
    const writes = mayOf(name).filter(({ Resource }) => Resource.some((one) => /DataEvents[^/]*$/.test(flat(one)))).flatMap(({ Action }) => Action.map(flat)).filter((action) => /Put|Update|Delete|Write/.test(action));
    expect(writes).toEqual(may.includes('events:append') ? ['dynamodb:PutItem'] : []);
    expect(actionsOf(name).has('ssm:GetParameter')).toBe(may.includes('master-key:read'));
    expect(actionsOf(name).has('events:PutEvents')).toBe(may.includes('bus:put'));
    expect(actionsOf(name).has('states:StartExecution')).toBe(may.includes('machines:start'));
    expect(actionsOf(name).has('apigateway:POST')).toBe(may.includes('usage-keys:manage'));
  });

  it('never let events be changed or removed', () => {
    const onEvents = roles.flatMap(({ statements }) => statements.filter(({ Resource }) => Resource.some((one) => flat(one).includes('DataEvents'))).flatMap(({ Action }) => Action.map(flat)));
    expect(new Set(onEvents)).toEqual(new Set(['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query', 'dynamodb:PutItem', 'dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator', 'dynamodb:ListStreams']));
  });

  it('may use the customer key, where there is one, and only that', () => {
    const onKeys = rolesOf(withKey).flatMap(({ statements }) => statements.filter(({ Action }) => Action.some((one) => flat(one).startsWith('kms:'))));
    expect(new Set(onKeys.flatMap(({ Resource }) => Resource.map(flat)))).toEqual(new Set([key]));
    expect(onKeys.length).toBeGreaterThan(Object.keys(functionTable).length);
    expect(roles.some(({ text }) => text.includes('kms:'))).toBe(false);
  });

  it.each(Object.keys(functionTable))('let each function use data keys of the customer key, and only who makes parameters encrypt by the key itself, but for what the CDK grants on queues: %s', (name) => {
    const ofFunction = rolesOf(withKey).find(({ role }) => role === roleNames(withKey).get(name))?.statements ?? [];
    const onKey = ofFunction.map(({ Action }) => Action.map(flat)).filter((actions) => actions.includes('kms:GenerateDataKey'));
    const makes = ofFunction.some(({ Action }) => Action.some((one) => flat(one) === 'ssm:PutParameter'));
    expect(onKey).toEqual([['kms:Decrypt', ...(makes ? ['kms:Encrypt'] : []), 'kms:GenerateDataKey']]);
    expect(makes).toBe(name === 'first-keys');
  });
});
