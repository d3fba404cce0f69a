import { describe, expect, it } from 'vitest';

import { Failure } from '#contracts/errors';
import { headerOf, policyFor, refusedBy } from '#functions/runtime/authorization';
import { metrics } from '#functions/runtime/logger';
import { callerOfContext, connecting } from '#functions/runtime/socket-event';
import type { SocketContext } from '#functions/runtime/socket-event';

import { authorizerEvent } from './gateway-event.ts';

const caller = { tenant: 'acme', keyId: 'key-1', keyName: 'alice', role: 'agent', target: null } as const;

const context = (authorizer: unknown): SocketContext => ({
  authorizer, routeKey: '$default', messageId: 'm', eventType: 'MESSAGE', extendedRequestId: 'e', requestTime: 't', messageDirection: 'IN', stage: 'stream', connectedAt: 1, requestTimeEpoch: 1,
  requestId: 'r', domainName: 'd', connectionId: 'c', apiId: 'a',
});

describe('who opens a WebSocket', () => {
  it('is asked by header, whatever its case, or by ticket, and known to all later messages', async () => {
    const asked: unknown[] = [];
    const authorize = connecting(async () => ({ admit: async (request) => { asked.push(request); return caller; } }));
    const answer = await authorize(authorizerEvent({ headers: { AUTHORIZATION: 'Bearer key' } }));
    await authorize(authorizerEvent({ headers: null, queryStringParameters: { ticket: 'slt_1' } }));
    expect(asked).toEqual([{ authorization: 'Bearer key', ticket: undefined, clientAddress: '192.0.2.7' }, { authorization: undefined, ticket: 'slt_1', clientAddress: '192.0.2.7' }]);
    expect(answer).toMatchObject({ principalId: 'acme/key-1', policyDocument: { Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: 'arn:aws:execute-api:eu-central-1:000000000000:abc/stream/$connect' }] } });
    // The gateway gives the context back as texts.
    expect(Object.values(answer.context ?? {}).every((value) => typeof value === 'string')).toBe(true);
    expect(callerOfContext(context(answer.context))).toEqual(caller);
    expect(callerOfContext(context({ ...answer.context, target: 'edge' })).target).toBe('edge');
  });

  it('is nobody without the authorizer\'s word', () => {
    for (const authorizer of [undefined, {}, { ...caller, target: '', role: 'emperor' }]) expect(() => callerOfContext(context(authorizer))).toThrow(/invalid_/);
  });

  it('is refused by the text or the policy that the gateway knows, but what passes stays what it is', async () => {
    const refusing = async (error: unknown) => await connecting(async () => ({ admit: async () => { throw error; } }))(authorizerEvent());
    await expect(refusing(new Failure('unauthenticated', 'no'))).rejects.toThrow(/^Unauthorized$/);
    expect(await refusing(new Failure('forbidden', 'no'))).toMatchObject({ policyDocument: { Statement: [{ Effect: 'Deny', Resource: authorizerEvent().methodArn }] } });
    await expect(refusing(new Failure('rate-limited', 'too many connections are open'))).rejects.toThrow('too many connections are open');
    await expect(refusing(new Failure('unavailable', 'the table does not answer'))).rejects.toThrow('the table does not answer');
    await expect(connecting(async () => { throw new Error('no master key'); })(authorizerEvent())).rejects.toThrow('no master key');
  });
});

it('a bug is no refusal, and refusals alone are counted', () => {
  metrics.clearMetrics();
  const bug = new TypeError('undefined is not a function');
  expect(refusedBy(bug)).toBe(bug);
  refusedBy(new Failure('forbidden', 'no'));
  expect(metrics.hasStoredMetrics()).toBe(false);
  for (const code of ['unauthenticated', 'rate-limited'] as const) refusedBy(new Failure(code, 'no'));
  expect(metrics.serializeMetrics()).toMatchObject({ KeysRefused: [1, 1] });
  metrics.clearMetrics();
});

it('a header is found by its lower-case name', () => {
  expect(headerOf({ 'X-Other': 'a', AuthoriZation: 'b' }, 'authorization')).toBe('b');
  expect(headerOf(null, 'authorization')).toBeUndefined();
});

it('a policy allows nothing but calls of the API', () => {
  expect(policyFor({ tenant: 'acme', keyId: 'key-1' }, 'arn:x/*').policyDocument.Statement).toEqual([{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: 'arn:x/*' }]);
});
