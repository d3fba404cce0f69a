import { createRequire } from 'node:module';

import { describe, expect, it } from 'vitest';
import * as z from 'zod';

import { machineName } from '#contracts/functions';
import { machines } from '#stepfunctions/machines';

import { flat, rolesOf } from './policies.ts';
import { synthesize } from './synthesized.ts';

const validate = z.function({ input: [z.unknown()], output: z.object({ isValid: z.boolean(), errors: z.array(z.unknown()) }) }).parse(createRequire(import.meta.url)('asl-validator'));
const controlPlane = synthesize();
const roles = rolesOf(controlPlane);
const attribute = z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) }).transform((one) => one['Fn::GetAtt'][0]);
const properties = z.object({
  StateMachineName: z.string(), DefinitionString: z.string(), DefinitionSubstitutions: z.record(z.string(), attribute), RoleArn: attribute, StateMachineType: z.literal('STANDARD'),
  LoggingConfiguration: z.object({ Level: z.literal('ERROR'), IncludeExecutionData: z.literal(false) }),
});
const found = controlPlane.properties('AWS::StepFunctions::StateMachine', properties);

/** The definition as Step Functions gets it: with an ARN for each substitution. */
function substituted({ DefinitionString, DefinitionSubstitutions }: z.infer<typeof properties>): string {
  return DefinitionString.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => (DefinitionSubstitutions[name] === undefined ? 'no substitution' : `arn:aws:lambda:eu-central-1:123456789012:function:${DefinitionSubstitutions[name]}`));
}

/** The functions that a definition calls, wherever it names them. */
function calledBy(definition: string): readonly string[] {
  return [...new Set([...definition.matchAll(/arn:aws:lambda:eu-central-1:123456789012:function:(\w+)/g)].map(([, name = '']) => name))].sort();
}

describe.each(machineName.options)('the state machine %s', (name) => {
  const machine = found.find(({ StateMachineName }) => StateMachineName === `sluice-${name}`);
  const definition = machine === undefined ? '{}' : substituted(machine);

  it('is the very object that the standalone engine runs', () => {
    expect(JSON.parse(machine?.DefinitionString ?? '')).toEqual(machines[name]);
  });

  it('is valid with its substitutions', () => {
    expect(definition).not.toContain('no substitution');
    expect(definition).not.toContain('${');
    expect(validate(JSON.parse(definition))).toEqual({ isValid: true, errors: [] });
  });

  it('may call each function that it names, and nothing else', () => {
    const granted = roles.find(({ role }) => role === machine?.RoleArn)?.statements ?? [];
    const calls = granted.filter(({ Action }) => Action.map(flat).includes('lambda:InvokeFunction'));
    expect(calls.flatMap(({ Resource }) => Resource.map((one) => flat(one).replace(/[<>]/g, ''))).sort()).toEqual(calledBy(definition));
    const others = granted.filter((one) => !calls.includes(one)).flatMap(({ Action }) => Action.map(flat));
    expect(others.filter((action) => !/^(xray|logs):/.test(action))).toEqual([]);
  });

  it('calls nothing but functions', () => {
    const resources = [...definition.matchAll(/"Resource":"([^"]+)"/g)].map(([, resource = '']) => resource);
    expect(resources.length).toBeGreaterThan(0);
    expect(resources.filter((resource) => !/^arn:aws:states:::lambda:invoke(\.waitForTaskToken)?$/.test(resource))).toEqual([]);
  });
});
