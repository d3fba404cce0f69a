import type { EventBridgeEvent } from 'aws-lambda';

import { clients } from '#aws/clients';
import { Table } from '#aws/table';
import { TenantThrottles, gatewayClient } from '#aws/tenant-throttles';
import { UsageKeys } from '#aws/usage-keys';
import { eventEnvelope } from '#contracts/events';
import { throttleEnvironment } from '#contracts/function-environment';
import { payloadOf } from '#contracts/upcast';

import { around } from './runtime/handler.ts';
import { logger } from './runtime/logger.ts';

const { SLUICE_STATE_TABLE, SLUICE_USAGE_KEY_PREFIX: prefix, SLUICE_USAGE_PLAN: planId, SLUICE_USAGE_API: api } = throttleEnvironment.parse(process.env);
const keys = new UsageKeys(new Table(clients.dynamodb(), SLUICE_STATE_TABLE), prefix);
const throttles = new TenantThrottles({ client: gatewayClient(), keys, prefix, api, planId });

/** Gives a new tenant a throttle of its own, and takes it from a deleted one, whose name is never used again: an old event that comes again does no harm. */
export const handler = around(async ({ detail }: EventBridgeEvent<string, unknown>): Promise<void> => {
  const event = eventEnvelope.parse(detail);
  if (event.type === 'TenantDeleted') return await throttles.take(payloadOf('TenantDeleted', event).name);
  if (event.type !== 'TenantCreated') return;
  const { name } = payloadOf('TenantCreated', event);
  if (!(await throttles.give(name))) logger.warn('the quota of usage keys is used up: the tenant shares the throttle of all others', { tenant: name });
});
