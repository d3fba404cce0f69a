import { describe, expect, it } from 'vitest';
import * as z from 'zod';

import { busRules, gatewayRules } from '#contracts/bus-rules';
import { functionTable } from '#contracts/function-table';
import { machineName } from '#contracts/functions';
import { schedules } from '#contracts/timers';

import { flat, rolesOf } from './policies.ts';
import { synthesize } from './synthesized.ts';

const controlPlane = synthesize();
const roles = new Map(rolesOf(controlPlane).map((one) => [one.role, one]));

/** The names that people know resources by, under the texts by which policies refer to them. */
const names = new Map([['AWS::Lambda::Function', 'FunctionName'], ['AWS::SQS::Queue', 'QueueName'], ['AWS::Scheduler::Schedule', 'Name'], ['AWS::StepFunctions::StateMachine', 'StateMachineName']]
  .flatMap(([type = '', field = '']) => controlPlane.of(type).map(([id, { Properties }]): [string, string] => [`<${id}>`, z.string().parse(Properties[field])])));
const nameOf = (given: unknown) => flat(given).replaceAll(/<\w+>/g, (id) => names.get(id) ?? id);

/** What a role may do, by the names of what it may do it on. */
const mayOf = (role: string | undefined) => (roles.get(role ?? '')?.statements ?? []).flatMap(({ Action, Resource }) => Action.map(flat).flatMap((action) => Resource.map((one) => `${action} ${nameOf(one)}`))).toSorted();

const attribute = z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) }).transform((one) => one['Fn::GetAtt'][0]);
const trust = z.object({ AssumeRolePolicyDocument: z.object({ Statement: z.tuple([z.object({ Action: z.literal('sts:AssumeRole'), Effect: z.literal('Allow'), Principal: z.strictObject({ Service: z.string() }) })]) }) });
const trusts = new Map(controlPlane.of('AWS::IAM::Role').map(([id, { Properties }]) => [id, trust.parse(Properties).AssumeRolePolicyDocument.Statement[0].Principal.Service]));

const functionRoles = new Map(controlPlane.properties('AWS::Lambda::Function', z.object({ FunctionName: z.string(), Role: attribute })).map(({ FunctionName, Role }) => [FunctionName, Role]));
const rules = new Map(controlPlane.of('AWS::Events::Rule').map(([id, { Properties }]) => [id, z.object({ Targets: z.tuple([z.looseObject({ Arn: z.unknown(), DeadLetterConfig: z.object({ Arn: z.unknown() }) })]) }).parse(Properties).Targets[0]]));
const consumers = [...busRules, ...gatewayRules].map(({ consumer }) => consumer);

describe('each role', () => {
  it('is trusted to the one service that uses it, and no role is left over', () => {
    for (const [name, role] of functionRoles) expect([name, trusts.get(role)]).toEqual([name, 'lambda.amazonaws.com']);
    const used = new Map<string, number>();
    for (const service of trusts.values()) used.set(service, (used.get(service) ?? 0) + 1);
    // The scheduler has one role for the schedules and one for timers; the gateway has that by which it writes logs.
    expect(Object.fromEntries(used)).toEqual({ 'lambda.amazonaws.com': Object.keys(functionTable).length, 'states.amazonaws.com': machineName.options.length, 'scheduler.amazonaws.com': 2, 'apigateway.amazonaws.com': 1 });
  });

  it('is one function\'s alone', () => {
    expect(new Set(functionRoles.values()).size).toBe(functionRoles.size);
  });
});

describe('each schedule', () => {
  const found = controlPlane.properties('AWS::Scheduler::Schedule', z.object({ Name: z.string(), Target: z.object({ Arn: z.unknown(), RoleArn: attribute }) }));

  it.each(schedules.map(({ name }) => `sluice-${name}`))('%s calls its function by a role that may call the schedules\' functions and nothing else', (name) => {
    const target = found.find(({ Name }) => Name === name)?.Target;
    expect(nameOf(target?.Arn)).toBe(name);
    expect(trusts.get(target?.RoleArn ?? '')).toBe('scheduler.amazonaws.com');
    expect(mayOf(target?.RoleArn)).toEqual(schedules.flatMap((one) => [`lambda:InvokeFunction sluice-${one.name}`, `lambda:InvokeFunction sluice-${one.name}:*`]).toSorted());
  });
});

describe('each timer that is hours away', () => {
  const variables = z.object({ Environment: z.object({ Variables: z.looseObject({ SLUICE_SCHEDULER_ROLE_ARN: attribute, SLUICE_TIMERS_QUEUE_ARN: z.unknown() }) }) });
  const [environment] = controlPlane.properties('AWS::Lambda::Function', variables).map(({ Environment }) => Environment.Variables);

  it('is sent to the timers\' queue by a role that may send there and nothing else', () => {
    expect(trusts.get(environment?.SLUICE_SCHEDULER_ROLE_ARN ?? '')).toBe('scheduler.amazonaws.com');
    expect(nameOf(environment?.SLUICE_TIMERS_QUEUE_ARN)).toBe('sluice-timers');
    expect(mayOf(environment?.SLUICE_SCHEDULER_ROLE_ARN)).toEqual(['sqs:GetQueueAttributes sluice-timers', 'sqs:GetQueueUrl sluice-timers', 'sqs:SendMessage sluice-timers']);
  });

  it.each(Object.entries(functionTable).map(([name, { may }]) => ({ name, sets: may.some((grant) => grant === 'timers:set') })))('$name may hand that role to the scheduler: $sets', ({ name, sets }) => {
    const statements = roles.get(functionRoles.get(`sluice-${name}`) ?? '')?.statements.filter(({ Action }) => Action.map(flat).includes('iam:PassRole')) ?? [];
    expect(statements.map(({ Resource, Condition }) => [Resource.map(flat), Condition])).toEqual(sets ? [[[`<${environment?.SLUICE_SCHEDULER_ROLE_ARN ?? ''}>`], { StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } }]] : []);
  });
});

describe('each rule', () => {
  const permissions = controlPlane.properties('AWS::Lambda::Permission', z.object({ Action: z.string(), FunctionName: z.unknown(), Principal: z.string(), SourceArn: z.unknown() }));

  it.each(consumers)('calls %s and no other function, which no other rule may call', (consumer) => {
    const [rule, ...more] = [...rules].filter(([, { Arn }]) => nameOf(Arn) === `sluice-${consumer}`);
    expect(more).toEqual([]);
    expect(rule?.[1]).not.toHaveProperty('RoleArn');
    const called = permissions.filter(({ Principal, FunctionName }) => Principal === 'events.amazonaws.com' && nameOf(FunctionName) === `sluice-${consumer}`);
    expect(called.map(({ Action, SourceArn }) => [Action, flat(SourceArn)])).toEqual([['lambda:InvokeFunction', `<${rule?.[0] ?? ''}>`]]);
  });

  it('is all that calls functions, beside the gateway', () => {
    expect(permissions.filter(({ Principal }) => Principal === 'events.amazonaws.com')).toHaveLength(rules.size);
    const others = permissions.filter(({ Principal }) => Principal !== 'events.amazonaws.com');
    expect(others.map(({ Principal, FunctionName }) => [Principal, nameOf(FunctionName)]).toSorted()).toEqual(['api', 'authorizer', 'socket', 'socket-authorizer'].map((name) => ['apigateway.amazonaws.com', `sluice-${name}`]));
  });
});

describe('each queue', () => {
  const policy = z.object({ Queues: z.tuple([z.unknown()]), PolicyDocument: z.object({ Statement: z.array(z.looseObject({ Effect: z.string(), Principal: z.unknown(), Action: z.unknown(), Condition: z.unknown() })) }) });
  const policies = new Map(controlPlane.properties('AWS::SQS::QueuePolicy', policy).map(({ Queues, PolicyDocument }) => [nameOf(Queues[0]), PolicyDocument.Statement]));
  const senders = (queue: string) => [...functionRoles].filter(([, role]) => mayOf(role).includes(`sqs:SendMessage ${queue}`)).map(([name]) => name.replace(/^sluice-/, '')).toSorted();
  const failing = [...consumers, 'relay', 'projector'];

  it('is there by its name, and no other', () => {
    expect(new Set(policies.keys())).toEqual(new Set([...failing.map((name) => `sluice-${name}-failed`), 'sluice-timers', 'sluice-timers-failed']));
  });

  it.each(failing)('of what %s could not handle is filled by that function and its rule alone', (name) => {
    const queue = `sluice-${name}-failed`;
    expect(senders(queue)).toEqual([name]);
    const allowed = (policies.get(queue) ?? []).filter(({ Effect }) => Effect === 'Allow');
    const [rule] = [...rules].filter(([, { DeadLetterConfig }]) => nameOf(DeadLetterConfig.Arn) === queue);
    expect(allowed.map(({ Principal, Action, Condition }) => [Principal, Action, Condition])).toEqual(rule === undefined ? [] : [[{ Service: 'events.amazonaws.com' }, 'sqs:SendMessage', { ArnEquals: { 'aws:SourceArn': { 'Fn::GetAtt': [rule[0], 'Arn'] } } }]]);
  });

  it('of timers is filled by who sets timers and read by the one function that fires them; what fails comes from that queue only', () => {
    expect(senders('sluice-timers')).toEqual(Object.entries(functionTable).filter(([, { may }]) => may.some((grant) => grant === 'timers:set')).map(([name]) => name).toSorted());
    expect(senders('sluice-timers-failed')).toEqual([]);
    const readers = [...functionRoles].filter(([, role]) => mayOf(role).some((one) => one.startsWith('sqs:ReceiveMessage') || one.startsWith('sqs:DeleteMessage')));
    expect(readers.map(([name, role]) => [name, mayOf(role).filter((one) => one.startsWith('sqs:ReceiveMessage'))])).toEqual([['sluice-timer', ['sqs:ReceiveMessage sluice-timers']]]);
    for (const queue of ['sluice-timers', 'sluice-timers-failed']) expect((policies.get(queue) ?? []).filter(({ Effect }) => Effect === 'Allow')).toEqual([]);
  });

  it('takes nothing that comes without TLS', () => {
    for (const statements of policies.values()) expect(statements).toContainEqual(expect.objectContaining({ Effect: 'Deny', Action: 'sqs:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }));
  });
});
