import { Stack, Validations } from 'aws-cdk-lib';
import { CfnPolicy, CfnRole } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import * as z from 'zod';

/** The findings of cdk-nag's AwsSolutions that are meant so, each with its reason. Everything else that it finds fails a test. */
const reasons = {
  ownBucket: [{ id: 'AwsSolutions-S1', reason: 'Only the functions of this system read and write the bucket, each object named by its own digest; every use of one is an event of the tenant. Access logs would want a second bucket that grows with each deployment.' }],
  oneSchema: [{ id: 'AwsSolutions-APIG2', reason: 'API Gateway validates nothing: one schema does, in the function, the same on both engines, so that a fault is told in the same words wherever Sluice runs.' }],
  noWebAcl: [{ id: 'AwsSolutions-APIG3', reason: 'A web ACL costs 5 USD a month and is the choice of who deploys: `webAclArn` names one.' }],
  gatewayLogs: [{ id: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]', reason: 'The role is the account\'s, for every API in the region; what it must be able to do is what this policy of AWS says.' }],
  noBodiesInLogs: [{ id: 'AwsSolutions-APIG6', reason: 'Requests are in the access log. Execution logs would hold bodies and headers, which are secrets and keys.' }],
  ownKeys: [
    { id: 'AwsSolutions-APIG4', reason: 'Public are only the service\'s own pages, its health, what no route has, and the messages of WebSockets, whose opening was authorized. Everything else has the authorizer.' },
    { id: 'AwsSolutions-COG4', reason: 'Callers are programs with API keys that tenants make and revoke, the same on both engines; the authorizer knows them.' },
  ],
  lastQueue: [{ id: 'AwsSolutions-SQS3', reason: 'This queue is itself where failed messages end; an alarm tells of each, and they are sent back by "sluice admin redrive".' }],
  failuresOnly: [{ id: 'AwsSolutions-SF1', reason: 'Step Functions keeps the history of each execution for 90 days, and the events of a deployment tell each step for good; only failures are logged, without the data.' }],
  adminKey: [{ id: 'AwsSolutions-SMG4', reason: 'The control plane makes the key, and the tenant\'s admin makes and revokes others by the API; to rotate it from here would need an operator key at all times.' }],
  tracedOnDemand: [{ id: 'AwsSolutions-SF2', reason: 'X-Ray cannot be told how much of Lambda to trace, and all of it costs more than the calls themselves: the setting `tracing` turns it on.' }],
  alarmTopic: [{ id: 'AwsSolutions-SNS2', reason: 'Alarms name a resource and a number. The key that AWS has for topics cannot be used by CloudWatch alarms, so the topic is encrypted when there is a customer key.' }],
} as const satisfies { readonly [name: string]: readonly { readonly id: string; readonly reason: string }[] };

/** The permissions that end in a star, since what they are on has no name when the app is synthesized. A star that fits none of these fails a test. */
const meant: readonly { readonly fits: RegExp; readonly reason: string }[] = [
  { fits: /^\*$/, reason: 'IAM knows no resources for traces of X-Ray and for the deliveries of a state machine\'s logs.' },
  { fits: /Blobs.*\/\*$/, reason: 'An object of the one bucket is named by the digest of its content.' },
  { fits: /:execution:[a-z0-9-]+:\*$/, reason: 'An execution of the one machine is named after its deployment.' },
  { fits: /:schedule\/[a-z0-9-]+\/\*$/, reason: 'A schedule of the one group is named after its timer.' },
  { fits: /\/(POST|DELETE)\/@connections\/\*$/, reason: 'API Gateway names the connections of the one WebSocket API.' },
  { fits: /\/apikeys\/\*$/, reason: 'API Gateway makes the id of a usage key, which lets nobody in.' },
  { fits: /Functions[a-z]+[0-9A-F]+\.Arn>:\*$/, reason: 'The scheduler may call the one function, in whatever version it is.' },
];

export type Acknowledged = keyof typeof reasons;

/** Says of a construct, and all below it, that a finding is meant so. */
export function acknowledge(construct: IConstruct, ...names: readonly Acknowledged[]): void {
  for (const name of names) Validations.of(construct).acknowledge(...reasons[name]);
}

/**
 * Says of each permission below a construct that ends in a star why it does. cdk-nag wants each named as it stands in the template, which is known
 * when all references are resolved: then validations run.
 */
export function acknowledgeStars(construct: IConstruct): void {
  construct.node.addValidation({
    validate: () => {
      for (const one of construct.node.findAll()) if (one instanceof CfnRole || one instanceof CfnPolicy) explain(one);
      return [];
    },
  });
}

const oneOrMany = z.union([z.array(z.unknown()), z.unknown().transform((one) => [one])]);
const statements = z.array(z.looseObject({ Action: oneOrMany, Resource: oneOrMany.optional() }));
const policy = z.object({ Statement: statements });
const inline = z.array(z.object({ policyDocument: policy })).optional();

function explain(one: CfnRole | CfnPolicy): void {
  const resolve = (given: unknown): unknown => Stack.of(one).resolve(given);
  const documents = one instanceof CfnPolicy ? [policy.parse(resolve(one.policyDocument))] : (inline.parse(resolve(one.policies)) ?? []).map(({ policyDocument }) => policyDocument);
  const given = documents.flatMap(({ Statement }) => Statement);
  for (const action of given.flatMap(({ Action }) => Action).map(flat)) {
    if (/^kms:[A-Za-z]+\*$/.test(action)) Validations.of(one).acknowledge({ id: `AwsSolutions-IAM5[Action::${action}]`, reason: 'SQS asks for a family of calls on the one customer key.' });
  }
  for (const resource of given.flatMap(({ Resource = [] }) => Resource).map(flat)) {
    const known = resource.includes('*') ? meant.find(({ fits }) => fits.test(resource)) : undefined;
    if (known !== undefined) Validations.of(one).acknowledge({ id: `AwsSolutions-IAM5[Resource::${resource}]`, reason: known.reason });
  }
}

/** A value of a template as cdk-nag writes it: references in angle brackets. */
function flat(value: unknown): string {
  if (typeof value === 'string') return value;
  const { 'Fn::Join': join, 'Fn::GetAtt': attribute, 'Fn::ImportValue': imported, Ref: reference } = intrinsic.parse(value);
  if (join !== undefined) return join[1].map(flat).join(join[0]);
  if (attribute !== undefined) return `<${attribute.join('.')}>`;
  if (imported !== undefined) return flat(imported);
  return reference === undefined ? JSON.stringify(value) : `<${reference}>`;
}

const intrinsic = z.looseObject({ 'Fn::Join': z.tuple([z.string(), z.array(z.unknown())]).optional(), 'Fn::GetAtt': z.array(z.string()).optional(), 'Fn::ImportValue': z.unknown().optional(), Ref: z.string().optional() });
