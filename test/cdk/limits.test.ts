import { describe, expect, it } from 'vitest';
import * as z from 'zod';

import { rolesOf } from './policies.ts';
import { synthesize } from './synthesized.ts';

/** A stack may have 500 resources; what is left is for the routes and functions to come. Source: CloudFormation's quotas. */
const MAXIMUM_RESOURCES = 400;

/** Source: Lambda's quotas (resource-based policy, 20 KB) and IAM's (all inline policies of a role, 10,240 characters). */
const MAXIMUM_FUNCTION_POLICY = 20_480;
const MAXIMUM_ROLE_POLICIES = 10_240;

/** What Lambda makes of a permission, generously: names are longer when references are resolved. */
const PERMISSION_BYTES = 700;

const stack = synthesize({ webAclArn: 'arn:aws:wafv2:eu-central-1:123456789012:regional/webacl/front/12345678-1234-1234-1234-123456789012', alarmMail: 'on-call@example.com' });

describe('the stack', () => {
  it('stays below the number of resources that CloudFormation takes', () => {
    expect(stack.size).toBeLessThanOrEqual(MAXIMUM_RESOURCES);
    expect(stack.size).toBeGreaterThan(200);
  });

  it('keeps the policy of each function small: one permission serves a whole API', () => {
    const permissions = stack.properties('AWS::Lambda::Permission', z.object({ FunctionName: z.unknown() })).map(({ FunctionName }) => JSON.stringify(FunctionName));
    const most = Math.max(0, ...Object.values(Object.groupBy(permissions, (one) => one)).map((same) => same?.length ?? 0));
    expect(most * PERMISSION_BYTES).toBeLessThanOrEqual(MAXIMUM_FUNCTION_POLICY);
    expect(most).toBeLessThanOrEqual(2);
  });

  it('keeps the policies of each role within what IAM takes', () => {
    const tooLarge = rolesOf(stack).filter(({ text }) => text.length > MAXIMUM_ROLE_POLICIES).map(({ role, text }) => [role, text.length]);
    expect(tooLarge).toEqual([]);
  });
});
