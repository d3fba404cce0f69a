import { Stack } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';

import { ControlPlane } from '#cdk/constructs/control-plane';

import { readProjectFile } from '../architecture/project.ts';
import { env, newApp, synthesize } from './synthesized.ts';

const key = 'arn:aws:kms:eu-central-1:123456789012:key/12345678-1234-1234-1234-123456789012';
const certificateArn = 'arn:aws:acm:eu-central-1:123456789012:certificate/12345678-1234-1234-1234-123456789012';
const controlPlane = synthesize();

const replica = z.object({ PointInTimeRecoverySpecification: z.object({ PointInTimeRecoveryEnabled: z.boolean() }), DeletionProtectionEnabled: z.boolean(), SSESpecification: z.unknown().optional() });
const table = z.object({ Replicas: z.tuple([replica]), SSESpecification: z.object({ SSEEnabled: z.boolean(), SSEType: z.string().optional() }) });
const queue = z.object({ QueueName: z.string(), MessageRetentionPeriod: z.int(), RedrivePolicy: z.object({ maxReceiveCount: z.int() }).optional(), RedriveAllowPolicy: z.object({ redrivePermission: z.string(), sourceQueueArns: z.array(z.string()).optional() }).optional(), SqsManagedSseEnabled: z.boolean().optional(), KmsMasterKeyId: z.string().optional() });

describe('the data', () => {
  it('stay when their stack goes, protected, with recovery to any second', () => {
    for (const type of ['AWS::DynamoDB::GlobalTable', 'AWS::S3::Bucket']) for (const [id, { DeletionPolicy, UpdateReplacePolicy }] of controlPlane.of(type)) expect([DeletionPolicy, UpdateReplacePolicy], id).toEqual(['Retain', 'Retain']);
    for (const { Replicas: [one] } of controlPlane.properties('AWS::DynamoDB::GlobalTable', table)) expect(one).toMatchObject({ PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true }, DeletionProtectionEnabled: true });
  });

  it('have fixed names, so that CloudFormation finds what stayed: it looks for literal names of what it would retain', () => {
    const names = controlPlane.of('AWS::DynamoDB::GlobalTable').map(([, { Properties }]) => Properties['TableName']);
    expect([...names, ...controlPlane.of('AWS::S3::Bucket').map(([, { Properties }]) => Properties['BucketName'])]).toEqual(['sluice-events', 'sluice-state', 'sluice-blobs-123456789012-eu-central-1']);
  });

  it('are all that stays, but for the role by which the gateway writes logs, whose name is another each time, and the account\'s setting of it', () => {
    const staying = Object.values(controlPlane.json.Resources).filter(({ DeletionPolicy }) => DeletionPolicy !== undefined && DeletionPolicy !== 'Delete');
    expect(staying.map(({ Type }) => Type).sort()).toEqual(['AWS::ApiGateway::Account', 'AWS::DynamoDB::GlobalTable', 'AWS::DynamoDB::GlobalTable', 'AWS::IAM::Role', 'AWS::S3::Bucket']);
    expect(staying.flatMap(({ Properties }) => ('RoleName' in Properties ? [Properties] : []))).toEqual([]);
  });

  it('go with it when that is asked for', () => {
    const removable = synthesize({ removeDataWithStack: true });
    for (const type of ['AWS::DynamoDB::GlobalTable', 'AWS::S3::Bucket']) for (const [id, { DeletionPolicy }] of removable.of(type)) expect(DeletionPolicy, id).toBe('Delete');
    expect(removable.properties('AWS::DynamoDB::GlobalTable', table).map(({ Replicas: [one] }) => one.DeletionProtectionEnabled)).toEqual([false, false]);
    expect(removable.of('Custom::S3AutoDeleteObjects')).toHaveLength(1);
  });

  it('are encrypted by keys of AWS, which cost nothing, or by the customer\'s', () => {
    expect(controlPlane.properties('AWS::DynamoDB::GlobalTable', table).map(({ SSESpecification }) => SSESpecification)).toEqual([{ SSEEnabled: false }, { SSEEnabled: false }]);
    const own = synthesize({ encryptionKeyArn: key });
    for (const { SSESpecification, Replicas: [one] } of own.properties('AWS::DynamoDB::GlobalTable', table)) {
      expect(SSESpecification).toEqual({ SSEEnabled: true, SSEType: 'KMS' });
      expect(one.SSESpecification).toEqual({ KMSMasterKeyId: key });
    }
    expect(JSON.stringify(own.of('AWS::S3::Bucket'))).toContain(`"KMSMasterKeyID":"${key}"`);
    expect(new Set(own.properties('AWS::SQS::Queue', queue).map(({ KmsMasterKeyId }) => KmsMasterKeyId))).toEqual(new Set([key]));
    expect(own.properties('AWS::SNS::Topic', z.object({ KmsMasterKeyId: z.string() }))).toEqual([{ KmsMasterKeyId: key }]);
    expect(JSON.stringify(own.json)).toContain(`"SLUICE_ENCRYPTION_KEY_ARN":"${key}"`);
  });

  it('are reached by TLS only, and the bucket by nobody outside', () => {
    expect(JSON.stringify(controlPlane.of('AWS::S3::BucketPolicy'))).toContain('"aws:SecureTransport":"false"');
    expect(controlPlane.properties('AWS::S3::Bucket', z.object({ PublicAccessBlockConfiguration: z.record(z.string(), z.literal(true)) })).map((one) => Object.keys(one.PublicAccessBlockConfiguration).length)).toEqual([4]);
    expect(controlPlane.of('AWS::SQS::QueuePolicy').filter(([, one]) => JSON.stringify(one).includes('"aws:SecureTransport":"false"'))).toHaveLength(controlPlane.of('AWS::SQS::Queue').length);
    expect(JSON.stringify(controlPlane.of('AWS::SNS::TopicPolicy'))).toContain('"aws:SecureTransport":"false"');
  });
});

describe('the name of an installation', () => {
  const named = (name: string) => new ControlPlane(new Stack(newApp(), 'ours', { env }), 'Sluice', { name });

  it.each(['Sluice', 'sluice_1', '1st', '', 'a-name-that-is-too-long'])('is refused by the construct itself when it does not fit: %j', (name) => {
    expect(() => named(name)).toThrow(`name must be 1 to 20 lower-case letters, digits and dashes, beginning with a letter, not "${name}"`);
  });

  it('stands before the names of tables and bucket, which has no more than 63 characters in the region with the longest name', () => {
    const { data } = named('a-name-of-20-letters');
    expect([data.events.node.defaultChild, data.state.node.defaultChild]).toMatchObject([{ tableName: 'a-name-of-20-letters-events' }, { tableName: 'a-name-of-20-letters-state' }]);
    expect('a-name-of-20-letters-blobs-123456789012-eu-isoe-northwest-1'.length).toBeLessThanOrEqual(63);
  });
});

describe('the queues', () => {
  const queues = controlPlane.properties('AWS::SQS::Queue', queue);

  it('keep messages for the longest time there is', () => {
    expect(new Set(queues.map(({ MessageRetentionPeriod }) => MessageRetentionPeriod))).toEqual(new Set([14 * 24 * 3600]));
  });

  it('give a timer ten tries, and then to the one queue that takes from theirs', () => {
    expect(queues.filter(({ RedrivePolicy }) => RedrivePolicy !== undefined).map(({ QueueName, RedrivePolicy }) => [QueueName, RedrivePolicy?.maxReceiveCount])).toEqual([['sluice-timers', 10]]);
    expect(queues.filter(({ QueueName }) => QueueName === 'sluice-timers-failed').map(({ RedriveAllowPolicy }) => RedriveAllowPolicy)).toEqual([{ redrivePermission: 'byQueue', sourceQueueArns: ['arn:aws:sqs:eu-central-1:123456789012:sluice-timers'] }]);
  });

  it('for failures take from no other queue', () => {
    const others = queues.filter(({ QueueName }) => !QueueName.startsWith('sluice-timers'));
    expect(new Set(others.map(({ RedriveAllowPolicy }) => RedriveAllowPolicy?.redrivePermission))).toEqual(new Set(['denyAll']));
  });
});

describe('hosts of its own', () => {
  const named = synthesize({ domain: { host: 'sluice.example.com', streamHost: 'stream.example.com', certificateArn } });

  it('are mapped to the stages of both APIs, with TLS 1.2', () => {
    expect(named.properties('AWS::ApiGateway::DomainName', z.looseObject({}))).toMatchObject([{ DomainName: 'sluice.example.com', RegionalCertificateArn: certificateArn, SecurityPolicy: 'TLS_1_2' }]);
    expect(named.properties('AWS::ApiGatewayV2::DomainName', z.looseObject({}))).toMatchObject([{ DomainName: 'stream.example.com', DomainNameConfigurations: [{ CertificateArn: certificateArn, SecurityPolicy: 'TLS_1_2' }] }]);
    expect([...named.of('AWS::ApiGateway::BasePathMapping'), ...named.of('AWS::ApiGatewayV2::ApiMapping')]).toHaveLength(2);
  });

  it('are what outputs and functions tell', () => {
    expect([named.json.Outputs['Url']?.Value, named.json.Outputs['StreamUrl']?.Value]).toEqual(['https://sluice.example.com', 'wss://stream.example.com']);
    expect(JSON.stringify(named.of('AWS::Lambda::Function'))).toContain('"SLUICE_STREAM_URL":"wss://stream.example.com"');
    expect(Object.keys(named.json.Outputs)).toEqual(expect.arrayContaining(['DomainAlias', 'StreamDomainAlias']));
  });

  it('are outputs beside the others, and the page about AWS has all of them', () => {
    const page = readProjectFile('docs/aws.md');
    expect(Object.keys(named.json.Outputs).length).toBeGreaterThan(8);
    expect(Object.keys(named.json.Outputs).filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });
});
