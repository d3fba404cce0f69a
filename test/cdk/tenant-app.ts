import { App, CfnOutput, CliCredentialsStackSynthesizer, Stack } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import * as z from 'zod';

import { Tenant } from '#cdk/constructs/tenant';
import { EVENT_SOURCE } from '#contracts/events';

/** What the test chooses. */
const chosen = z.object({ name: z.string(), url: z.url(), operatorKeySecretArn: z.string(), controlPlaneBusArn: z.string(), emulator: z.url() }).parse(JSON.parse(process.env['TENANT_OF_TEST'] ?? ''));

/** An app as a team has it that is a tenant: a stack with its tenant, and a rule on the tenant's bus that brings all of its events into a queue. */
const app = new App({ analyticsReporting: false });
const stack = new Stack(app, `tenant-${chosen.name}`, { env: { account: process.env['CDK_DEFAULT_ACCOUNT'] ?? '', region: process.env['CDK_DEFAULT_REGION'] ?? '' }, synthesizer: new CliCredentialsStackSynthesizer() });
const { name: tenantName, url, operatorKeySecretArn, controlPlaneBusArn, emulator } = chosen;
const tenant = new Tenant(stack, 'Tenant', { tenantName, url, operatorKeySecretArn, events: { controlPlaneBusArn }, emulator });
if (tenant.eventBus === undefined) throw new Error('the tenant has no bus');
const seen = new Queue(stack, 'Seen');
new Rule(stack, 'All', { eventBus: tenant.eventBus, eventPattern: { source: [EVENT_SOURCE] }, targets: [new SqsQueue(seen)] });
new CfnOutput(stack, 'AdminKeySecret', { value: tenant.adminKey.secretArn });
new CfnOutput(stack, 'SeenUrl', { value: seen.queueUrl });
app.synth();
