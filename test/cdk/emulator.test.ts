import { describe, expect, it } from 'vitest';
import * as z from 'zod';

import { synthesize } from './synthesized.ts';

/** The types that the emulator of the tests lacks, as far as this app could use them. */
const MISSING = ['AWS::Events::Archive', 'AWS::Events::EventBusPolicy', 'AWS::WAFv2::WebACLAssociation', 'AWS::CloudWatch::CompositeAlarm', 'AWS::Logs::QueryDefinition', 'AWS::SecretsManager::RotationSchedule', 'AWS::StepFunctions::StateMachineVersion', 'AWS::StepFunctions::StateMachineAlias'];

const webAclArn = 'arn:aws:wafv2:eu-central-1:123456789012:regional/webacl/front/12345678-1234-1234-1234-123456789012';
const real = synthesize({ webAclArn, tracing: true });
const emulated = synthesize({ webAclArn, tracing: true, emulator: 'http://127.0.0.1:4566' });

describe('on an emulator', () => {
  it('the app has no resource of a type that it lacks', () => {
    expect(emulated.types.filter((type) => MISSING.includes(type))).toEqual([]);
  });

  it('all else is there', () => {
    const without = ['AWS::Events::Archive', 'AWS::WAFv2::WebACLAssociation', 'AWS::ApiGateway::UsagePlan', 'AWS::ApiGateway::UsagePlanKey', 'AWS::ApiGateway::ApiKey'];
    expect(emulated.types).toEqual(real.types.filter((type) => !without.includes(type)));
    const namesOf = (stack: typeof real) => stack.properties('AWS::Lambda::Function', z.object({ FunctionName: z.string() })).map(({ FunctionName }) => FunctionName);
    expect(namesOf(emulated)).toEqual(namesOf(real).filter((name) => name !== 'sluice-throttle-tenant'));
  });

  it('the addresses of both APIs lie under its own', () => {
    const { Value } = emulated.json.Outputs['StreamUrl'] ?? {};
    expect(JSON.stringify(Value)).toContain('ws://127.0.0.1:4566/_aws/execute-api/');
  });
});

describe('on AWS', () => {
  it('the bus keeps our events for a quarter of a year', () => {
    expect(real.properties('AWS::Events::Archive', z.object({ RetentionDays: z.int(), EventPattern: z.unknown() }))).toEqual([{ RetentionDays: 90, EventPattern: { source: ['sluice'] } }]);
  });

  it('the web ACL stands before the stage of the HTTP API', () => {
    expect(real.properties('AWS::WAFv2::WebACLAssociation', z.object({ WebACLArn: z.string(), ResourceArn: z.unknown() }))).toEqual([{ WebACLArn: webAclArn, ResourceArn: expect.objectContaining({ 'Fn::Join': expect.anything() }) }]);
  });

  it('calls are traced where that is asked for', () => {
    expect(new Set(real.properties('AWS::Lambda::Function', z.object({ TracingConfig: z.object({ Mode: z.string() }) })).map(({ TracingConfig }) => TracingConfig.Mode))).toEqual(new Set(['Active']));
    for (const untraced of [emulated, synthesize()]) expect(untraced.of('AWS::Lambda::Function').some(([, { Properties }]) => 'TracingConfig' in Properties)).toBe(false);
  });
});
