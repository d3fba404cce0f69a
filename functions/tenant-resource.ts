import type { CloudFormationCustomResourceEvent } from 'aws-lambda';

import { openSecretValues } from '#aws/secret-values';
import { tenantResource } from '#contracts/tenant-resource';

import { around } from './runtime/handler.ts';
import { answeringStack } from './runtime/stack-answer.ts';
import { leaveTenant, registerTenant } from './runtime/tenant.ts';

const secrets = openSecretValues();

/** Which tenant a resource is; what has another id was never made, and CloudFormation only clears it away. */
const physicalIdOf = (tenant: string) => `tenant/${tenant}`;

/**
 * Registers a tenant with a control plane by its HTTP API. A tenant with another name is another resource: CloudFormation then makes the new one and
 * afterwards deletes the old one. No attribute of the resource holds a key.
 */
export const handler = around(answeringStack(async (event: CloudFormationCustomResourceEvent) => {
  const properties = tenantResource.parse(event.ResourceProperties);
  const physicalId = physicalIdOf(properties.Tenant);
  if (event.RequestType !== 'Delete') await registerTenant({ secrets, properties, requestId: event.RequestId });
  else if (event.PhysicalResourceId === physicalId) await leaveTenant({ secrets, properties, requestId: event.RequestId });
  return { physicalId: event.RequestType === 'Delete' ? event.PhysicalResourceId : physicalId };
}));
