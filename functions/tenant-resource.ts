import type { CloudFormationCustomResourceDeleteEvent, CloudFormationCustomResourceEvent } from 'aws-lambda';
import * as z from 'zod';

import { openSecretValues } from '#aws/secret-values';
import { leavingTenant, tenantResource } from '#contracts/tenant-resource';

import { around } from './runtime/handler.ts';
import { logger } from './runtime/logger.ts';
import { answeringStack } from './runtime/stack-answer.ts';
import { leaveTenant, registerTenant } from './runtime/tenant.ts';
import { hasMade, physicalIdOf } from './runtime/tenant-identity.ts';

const secrets = openSecretValues();

/**
 * Registers a tenant with a control plane by its HTTP API. A tenant with another name is another resource: CloudFormation then makes the new one and
 * afterwards deletes the old one. No attribute of the resource holds a key.
 */
export const handler = around(answeringStack(async (event: CloudFormationCustomResourceEvent) => {
  if (event.RequestType === 'Delete') return await leave(event);
  const { data: properties, error } = tenantResource.safeParse(event.ResourceProperties);
  if (error !== undefined) throw new Error(`the properties do not fit: ${z.prettifyError(error)}`);
  const isOurs = event.RequestType === 'Update' && hasMade({ physicalId: event.PhysicalResourceId, oldUrl: event.OldResourceProperties['Url'] }, properties);
  await registerTenant({ secrets, properties, requestId: event.RequestId, isOurs });
  return { physicalId: physicalIdOf(properties.Tenant) };
}));

/** With properties that are no longer understood nothing can be done, but the stack can be deleted all the same. */
async function leave({ ResourceProperties, PhysicalResourceId: physicalId }: CloudFormationCustomResourceDeleteEvent) {
  const { data: properties, error } = leavingTenant.safeParse(ResourceProperties);
  if (error !== undefined) logger.error('the tenant is left as it is, and its admin key with it', { physicalId, problem: z.prettifyError(error) });
  else if (physicalId === physicalIdOf(properties.Tenant)) await leaveTenant({ secrets, properties });
  return { physicalId };
}
