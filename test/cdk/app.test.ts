import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';

import { context, controlPlaneIn, newApp, synthesize } from './synthesized.ts';

const arn = (service: string, rest: string) => `arn:aws:${service}:eu-central-1:123456789012:${rest}/12345678-1234-1234-1234-123456789012`;
const everything = {
  alarmMail: 'on-call@example.com', encryptionKeyArn: arn('kms', 'key'), domain: { host: 'sluice.example.com', streamHost: 'stream.sluice.example.com', certificateArn: arn('acm', 'certificate') }, webAclArn: arn('wafv2', 'regional/webacl/front'), removeDataWithStack: true, tracing: true,
};
const choices = [['nothing chosen', {}], ['everything chosen', everything]] as const;

describe.each(choices)('the app, with %s', (_, given) => {
  it('is the same each time it is synthesized', () => {
    const [first, second] = [synthesize(given), synthesize(given)];
    expect(JSON.stringify(second.json)).toBe(JSON.stringify(first.json));
  });

  it('is one stack, so that `cdk deploy` needs no arguments', () => {
    const app = newApp();
    controlPlaneIn(app, given);
    expect(app.synth().stacks.map(({ stackName }) => stackName)).toEqual(['sluice']);
  });

  it('is synthesized without a warning', () => {
    const app = newApp();
    const stack = controlPlaneIn(app, given);
    app.synth();
    for (const find of ['findWarning', 'findError', 'findInfo'] as const) expect(Annotations.fromStack(stack)[find]('*', Match.anyValue())).toEqual([]);
  });

  it('has nothing that cdk-nag finds and that no reason is given for', () => {
    const app = newApp();
    controlPlaneIn(app, given);
    app.synth();
    const { violations } = new AwsSolutionsChecks(app).validateScope(app);
    expect(violations.map(({ ruleName, violatingResources }) => [ruleName, violatingResources])).toEqual([]);
  });

  it('gives a reason of a sentence for each finding that is meant so', () => {
    const app = newApp();
    controlPlaneIn(app, given);
    app.synth();
    const acknowledged = app.node.findAll().flatMap((one) => one.node.metadata).filter(({ type }) => type === 'aws:cdk:acknowledged-rules');
    const reasons = acknowledged.flatMap(({ data }) => Object.entries(z.record(z.string(), z.unknown()).parse(data))).map(([id, reason]) => [id, JSON.stringify(reason)]);
    expect(reasons.length).toBeGreaterThan(5);
    for (const [id, reason] of reasons) expect(reason, id).toMatch(/[A-Z].{30,}\./);
    expect(reasons.find(([id]) => id?.endsWith('AwsSolutions-APIG2'))?.[1]).toContain('API Gateway validates nothing');
  });
});

describe('cdk.json', () => {
  it('sets every flag as it is recommended for new apps', () => {
    const recommended: unknown = JSON.parse(readFileSync(createRequire(import.meta.url).resolve('aws-cdk-lib/recommended-feature-flags.json'), 'utf8'));
    expect(context).toEqual(recommended);
  });
});
