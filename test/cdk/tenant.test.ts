import { Fn, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { App } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';

import { Tenant } from '#cdk/constructs/tenant';
import type { TenantProps } from '#cdk/constructs/tenant';

import { flat, rolesOf } from './policies.ts';
import { env, newApp, synthesizedOf } from './synthesized.ts';

const operatorKeySecretArn = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:sluice-operator-AbCdEf';
const controlPlaneBusArn = 'arn:aws:events:eu-central-1:123456789012:event-bus/sluice';
const given = { tenantName: 'acme', url: 'https://sluice.example.com', operatorKeySecretArn } as const;

/** An app with one tenant in a stack of its own. */
function appWith(props: Partial<TenantProps> | ((stack: Stack) => Partial<TenantProps>) = {}, place: { readonly account: string; readonly region: string } = env) {
  const app = newApp();
  const stack = new Stack(app, 'acme', { env: place });
  const tenant = new Tenant(stack, 'Acme', { ...given, ...(typeof props === 'function' ? props(stack) : props) });
  return { app, stack, tenant };
}

function synthesize(...of: Parameters<typeof appWith>) {
  const { app, stack } = appWith(...of);
  return synthesizedOf(app, stack);
}

/** A stack of an app by its name. */
function stackOf(app: App, name: string) {
  const stack = app.node.tryFindChild(name);
  if (!(stack instanceof Stack)) throw new Error(`there is no stack ${name}`);
  return stack;
}

describe('a tenant', () => {
  it('is registered by a function of its own, which is told where keys are, never a key', () => {
    const synthesized = synthesize();
    const [[secret] = []] = synthesized.of('AWS::SecretsManager::Secret');
    expect(synthesized.of('Custom::SluiceTenant').map(([, { Properties }]) => Properties)).toEqual([{
      ServiceToken: expect.objectContaining({ 'Fn::GetAtt': expect.anything() }), ServiceTimeout: '600', Tenant: 'acme', Url: 'https://sluice.example.com', OperatorKeySecret: operatorKeySecretArn, AdminKeySecret: { Ref: secret }, OnDelete: 'keep', Adopt: 'false',
    }]);
    expect(synthesized.of('AWS::Lambda::Function')).toHaveLength(1);
    expect(JSON.stringify(synthesized.json.Outputs)).toBe('{}');
  });

  it('reads no attribute of the resource that could hold a key', () => {
    const synthesized = synthesize({ events: { controlPlaneBusArn } });
    const [[resource] = []] = synthesized.of('Custom::SluiceTenant');
    expect(JSON.stringify(synthesized.json)).not.toContain(`"Fn::GetAtt":["${resource}"`);
  });

  it('has a function that may read two secrets and write one of them, and nothing else', () => {
    const synthesized = synthesize();
    const [[secret] = []] = synthesized.of('AWS::SecretsManager::Secret');
    const [[logs] = []] = synthesized.of('AWS::Logs::LogGroup');
    const granted = rolesOf(synthesized).flatMap(({ statements }) => statements).flatMap(({ Action, Resource }) => Action.map((action) => [flat(action), Resource.map(flat)]));
    expect(granted).toEqual([
      ['logs:CreateLogStream', [`<${logs}>`]], ['logs:PutLogEvents', [`<${logs}>`]],
      ['secretsmanager:GetSecretValue', [operatorKeySecretArn, `<${secret}>`]], ['secretsmanager:PutSecretValue', [`<${secret}>`]],
    ]);
  });

  it('may use the keys that encrypt both secrets', () => {
    const arn = (id: string) => `arn:aws:kms:eu-central-1:123456789012:key/${id}2345678-1234-1234-1234-123456789012`;
    const synthesized = synthesize((stack) => ({ operatorKeyEncryptionKey: Key.fromKeyArn(stack, 'One', arn('1')), encryptionKey: Key.fromKeyArn(stack, 'Two', arn('2')) }));
    const granted = rolesOf(synthesized).flatMap(({ statements }) => statements).filter(({ Action }) => flat(Action[0]).startsWith('kms:')).map(({ Action, Resource }) => [Action, Resource]);
    expect(granted).toEqual([[['kms:Decrypt'], [arn('1')]], [['kms:Decrypt', 'kms:GenerateDataKey'], [arn('2')]]]);
  });

  it('is kept when it is taken out of its stack, unless that is asked for', () => {
    const onDelete = (removalPolicy: RemovalPolicy) => synthesize({ removalPolicy }).of('Custom::SluiceTenant').map(([, { Properties }]) => Properties['OnDelete']);
    expect([...onDelete(RemovalPolicy.RETAIN), ...onDelete(RemovalPolicy.DESTROY)]).toEqual(['keep', 'delete']);
  });

  it('takes over no tenant that is there already, unless that is asked for', () => {
    expect(synthesize({ adopt: true }).of('Custom::SluiceTenant').map(([, { Properties }]) => Properties['Adopt'])).toEqual(['true']);
  });

  it.each([
    [{ tenantName: 'Acme' }, 'tenantName must be 1 to 63 lower-case letters, digits or hyphens, beginning and ending with a letter or digit, not "Acme"'],
    [{ url: 'http://sluice.example.com' }, 'url must begin with https://, since keys are sent there, not "http://sluice.example.com"'],
    [{ url: 'sluice.example.com' }, 'url must be an address'],
  ])('refuses a name or an address that does not fit: %j', (props, complaint) => {
    expect(() => appWith(props)).toThrow(complaint);
  });

  it('takes the address of an emulator on the same machine, and one that is known when it is deployed', () => {
    const urlOf = (url: string) => synthesize({ url }).of('Custom::SluiceTenant').map(([, { Properties }]) => Properties['Url']);
    expect(urlOf('http://127.0.0.1:4566/_aws/execute-api/abc/api')).toEqual(['http://127.0.0.1:4566/_aws/execute-api/abc/api']);
    expect(urlOf(Fn.importValue('ControlPlaneUrl'))).toEqual([{ 'Fn::ImportValue': 'ControlPlaneUrl' }]);
  });

  it('refuses an operator key that is no ARN of a secret', () => {
    expect(() => appWith({ operatorKeySecretArn: 'arn:aws:ssm:eu-central-1:123456789012:parameter/x' })).toThrow('operatorKeySecretArn must be the ARN of a secret');
  });

  it('has nothing that cdk-nag finds and that no reason is given for, and no warning', () => {
    const { app, stack } = appWith({ events: { controlPlaneBusArn } });
    app.synth();
    expect(new AwsSolutionsChecks(app).validateScope(app).violations).toEqual([]);
    expect(Annotations.fromStack(stack).findWarning('*', Match.anyValue())).toEqual([]);
  });
});

describe('the events of a tenant', () => {
  const pattern = { source: ['sluice'], detail: { tenant: ['acme'] } };
  const rule = z.object({ EventBusName: z.string().optional(), EventPattern: z.unknown(), Targets: z.tuple([z.object({ Arn: z.unknown(), RoleArn: z.unknown().optional() })]) });

  it('are not forwarded unless that is asked for', () => {
    const synthesized = synthesize();
    expect([...synthesized.of('AWS::Events::Rule'), ...synthesized.of('AWS::Events::EventBus')]).toEqual([]);
  });

  it('are forwarded to a bus of its own by a rule on the control plane\'s bus, after the tenant is there', () => {
    const synthesized = synthesize({ events: { controlPlaneBusArn } });
    const [[bus, { Properties } = {}] = []] = synthesized.of('AWS::Events::EventBus');
    expect(Properties?.['Name']).toBe('sluice-acme');
    expect(synthesized.properties('AWS::Events::Rule', rule)).toEqual([{ EventBusName: 'sluice', EventPattern: pattern, Targets: [{ Arn: { 'Fn::GetAtt': [bus, 'Arn'] }, RoleArn: expect.anything() }] }]);
    const [[resource] = []] = synthesized.of('Custom::SluiceTenant');
    expect(JSON.stringify(synthesized.of('AWS::Events::Rule')[0]?.[1].DependsOn)).toContain(resource);
    expect(synthesized.of('AWS::Events::EventBusPolicy')).toEqual([]);
  });

  it('are forwarded to a bus or a target that is given', () => {
    const bus = synthesize((stack) => ({ events: { controlPlaneBusArn, bus: EventBus.fromEventBusArn(stack, 'Mine', 'arn:aws:events:eu-central-1:123456789012:event-bus/mine') } }));
    expect(bus.properties('AWS::Events::Rule', rule)[0]?.Targets[0].Arn).toBe('arn:aws:events:eu-central-1:123456789012:event-bus/mine');
    const target = synthesize((stack) => ({ events: { controlPlaneBusArn, target: new SqsQueue(new Queue(stack, 'Queue', { enforceSSL: true })) } }));
    expect(target.properties('AWS::Events::Rule', rule)[0]?.Targets[0].Arn).toMatchObject({ 'Fn::GetAtt': [expect.stringContaining('Queue'), 'Arn'] });
    expect(target.of('AWS::Events::EventBus')).toEqual([]);
  });

  it('come from another account by a rule in a stack there, and the bus lets that account', () => {
    const { app, stack } = appWith({ events: { controlPlaneBusArn } }, { account: '999999999999', region: 'eu-central-1' });
    const own = synthesizedOf(app, stack);
    const there = stackOf(app, 'acme-events-123456789012-eu-central-1');
    expect([there.account, there.region]).toEqual(['123456789012', 'eu-central-1']);
    const [forwards] = synthesizedOf(app, there).properties('AWS::Events::Rule', rule);
    expect(forwards).toMatchObject({ EventBusName: 'sluice', EventPattern: pattern });
    expect(flat(forwards?.Targets[0].Arn)).toMatch(/^arn:(aws|<AWS::Partition>):events:eu-central-1:999999999999:event-bus\/sluice-acme$/);
    expect(own.of('AWS::Events::Rule')).toEqual([]);
    const policy = z.object({ Statement: z.object({ Effect: z.literal('Allow'), Principal: z.object({ AWS: z.unknown() }), Action: z.literal('events:PutEvents') }) });
    expect(own.properties('AWS::Events::EventBusPolicy', policy).map(({ Statement }) => flat(Statement.Principal.AWS))).toEqual([expect.stringMatching(/:iam::123456789012:root$/)]);
    const emulated = appWith({ events: { controlPlaneBusArn }, emulator: 'http://127.0.0.1:4566' }, { account: '999999999999', region: 'eu-central-1' });
    expect(synthesizedOf(emulated.app, emulated.stack).types).toEqual(own.types.filter((type) => type !== 'AWS::Events::EventBusPolicy'));
  });

  it('come from another region by a rule in a stack there', () => {
    const { app, stack } = appWith({ events: { controlPlaneBusArn } }, { account: '123456789012', region: 'us-west-2' });
    const there = stackOf(app, 'acme-events-123456789012-eu-central-1');
    expect(flat(synthesizedOf(app, there).properties('AWS::Events::Rule', rule)[0]?.Targets[0].Arn)).toMatch(/:us-west-2:123456789012:event-bus\/sluice-acme$/);
    expect(synthesizedOf(app, stack).of('AWS::Events::EventBusPolicy')).toEqual([]);
  });

  it('go to no target of its own from another account, and say what to do', () => {
    const from = () => appWith((stack) => ({ events: { controlPlaneBusArn, target: new SqsQueue(new Queue(stack, 'Queue', { enforceSSL: true })) } }), { account: '999999999999', region: 'eu-central-1' });
    expect(from).toThrow('forward the events to a bus instead');
  });

  it('come from a bus only', () => {
    expect(() => appWith({ events: { controlPlaneBusArn: 'arn:aws:sqs:eu-central-1:123456789012:sluice' } })).toThrow('controlPlaneBusArn must be the ARN of an event bus');
  });
});
