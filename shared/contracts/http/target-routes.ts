import * as z from 'zod';

import { command, report, secretValues, targetFacts } from '#contracts/adapter';
import { reportExample, workItemExample } from '#contracts/http/deployment-examples';
import { targetFactsExample } from '#contracts/http/resource-examples';
import { route } from '#contracts/http/route';
import { sampleRate } from '#contracts/rates';
import { MAXIMUM_SAMPLES, sampleBatch } from '#contracts/samples';
import { resourceName } from '#domain/resources/names';

const named = z.strictObject({ name: resourceName });

/** Who speaks for a target: one running agent (instance) and the epoch its claim was given. */
export const claim = z.strictObject({ instance: z.string().regex(/^[A-Za-z0-9-]{8,64}$/, 'must be 8 to 64 letters, digits or hyphens'), epoch: z.int().min(1) });

/** A command with the values of the secrets it names. */
export const workItem = z.strictObject({ command, secrets: secretValues });

const instance = 'b9f1c7d2-4a6e';
const sampleExample = { application: 'shop', component: 'web', release: '1.4.2', second: 1_795_268_572, requests: 3, errors: 0, latency: { zeros: 0, buckets: [[-213, 2], [-190, 1]] } } as const;

const SAMPLES = `Up to ${MAXIMUM_SAMPLES} samples of one target. Each is taken from the tenant's limit of ${sampleRate.perSecond} per second, ${sampleRate.burst} at once. ` +
  '`dropped` counts those that are not kept: older than an hour, more than a minute ahead, or of a release or component that is not there.';

/** The routes that a target's agent uses, and that of samples. */
export const targetRoutes = {
  claimTarget: route({ method: 'POST', path: '/v1/targets/{name}/claim', permission: 'target:serve', summary: 'Speak for a target from now on; an older agent is fenced', params: named, body: claim.omit({ epoch: true }), response: z.strictObject({ epoch: z.int(), heartbeatSeconds: z.int() }), problems: ['not-found'], examples: { body: { instance }, response: { epoch: 4, heartbeatSeconds: 10 } } }),
  sendHeartbeat: route({ method: 'POST', path: '/v1/targets/{name}/heartbeat', permission: 'target:serve', summary: 'Tell what runs on a target', params: named, body: z.strictObject({ ...claim.shape, facts: targetFacts }), response: z.strictObject({ heartbeatSeconds: z.int(), nextSampleSeconds: z.int() }), problems: ['not-found', 'claim-superseded'], examples: { body: { instance, epoch: 4, facts: targetFactsExample }, response: { heartbeatSeconds: 10, nextSampleSeconds: 5 } } }),
  readCommands: route({ method: 'GET', path: '/v1/targets/{name}/commands', permission: 'target:serve', summary: 'Read the commands that wait for a target, oldest first', params: named, query: z.strictObject({ instance: claim.shape.instance, epoch: z.coerce.number().int().min(1) }), response: z.strictObject({ items: z.array(workItem) }), secret: 'answer', problems: ['not-found', 'claim-superseded'], examples: { response: { items: [workItemExample] } } }),
  reportCommand: route({ method: 'POST', path: '/v1/targets/{name}/reports', permission: 'target:serve', summary: 'Tell how a command ended; repeating it changes nothing', params: named, body: z.strictObject({ ...claim.shape, report }), status: 202, response: z.strictObject({ recorded: z.boolean() }), problems: ['not-found', 'claim-superseded'], examples: { body: { instance, epoch: 4, report: reportExample }, response: { recorded: true } } }),
  sendSamples: route({ method: 'POST', path: '/v1/samples', permission: 'sample:write', summary: 'Send what releases did, per second', description: SAMPLES, body: sampleBatch, cost: 'samples', status: 202, response: z.strictObject({ accepted: z.int(), dropped: z.int(), nextSampleSeconds: z.int() }), problems: ['rule-broken', 'unknown-reference'], examples: { body: { target: 'edge-1', samples: [sampleExample] }, response: { accepted: 1, dropped: 0, nextSampleSeconds: 5 } } }),
} as const;
