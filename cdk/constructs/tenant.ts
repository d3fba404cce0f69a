import { ArnFormat, CustomResource, Duration, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import { EventBus } from 'aws-cdk-lib/aws-events';
import type { IEventBus, IRuleTarget } from 'aws-cdk-lib/aws-events';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';

import { tenantFunctions } from '#contracts/function-table';
import { controlPlaneUrl } from '#contracts/tenant-resource';
import type { TenantResource } from '#contracts/tenant-resource';
import { resourceName } from '#domain/resources/names';

import { acknowledge, acknowledgeStars } from './acknowledge.ts';
import { functionSettings } from './function-settings.ts';
import { refuseUnfit } from './refuse-unfit.ts';
import { TenantEvents } from './tenant-events.ts';

/** Where a tenant's events go. */
export type TenantEventsProps = {
  /** The ARN of the control plane's bus: its output `BusArn`. */
  readonly controlPlaneBusArn: string;
  /** The bus that the events are forwarded to. Default: one made here, unless there is a target. */
  readonly bus?: IEventBus;
  /** A target that gets the events itself; only where the control plane is in the same account and region. Default: a bus. */
  readonly target?: IRuleTarget;
};

/** What a tenant is made with. */
export type TenantProps = {
  /** The tenant's name: 1 to 63 lower-case letters, digits and dashes. Another name later is another tenant. */
  readonly tenantName: string;
  /** The address of the control plane's HTTP API: its output `Url`. It begins with https://, unless it is that of an emulator on the same machine. */
  readonly url: string;
  /**
   * The whole ARN of a secret with an operator key, as text or as JSON with the key under `key`. In another account, the secret and the customer key
   * that encrypts it must let this account read it.
   */
  readonly operatorKeySecretArn: string;
  /** The customer key that encrypts the secret with the operator key. Default: the account's own key for secrets. */
  readonly operatorKeyEncryptionKey?: IKey;
  /** The customer key for the secret with the admin key. Default: the account's own key for secrets. */
  readonly encryptionKey?: IKey;
  /**
   * Whether a tenant that this construct has not made may be taken over: one of that name that is there already gets one more admin key, which this
   * secret holds. Default: no, a name that is taken fails the deploy, so that nobody gets an admin key of a tenant by mistyping its name.
   */
  readonly adopt?: boolean;
  /** Which events go where. Default: none are forwarded. */
  readonly events?: TenantEventsProps;
  /**
   * What becomes of the tenant when this goes. `RETAIN`: it stays, and its admin key is revoked. `DESTROY`: it is deleted, which the control plane
   * refuses while deployments run; its name can never be used again. Default: RETAIN.
   */
  readonly removalPolicy?: RemovalPolicy;
  /** How long the log of the function is kept. Default: a month. */
  readonly logRetention?: RetentionDays;
  /** The address of an emulator that it goes onto, which lacks policies of buses: no other account is let to put events there. Default: none. */
  readonly emulator?: string;
};

/**
 * A tenant of a control plane that may be in another stack, account or region. Its admin key is in `adminKey`, as JSON with `tenant`, `url`, `keyId`
 * and `key`; it is nowhere else.
 *
 * ```ts
 * const acme = new Tenant(this, 'Acme', { tenantName: 'acme', url: 'https://sluice.example.com', operatorKeySecretArn, events: { controlPlaneBusArn } });
 * acme.adminKey.grantRead(pipeline);
 * new Rule(this, 'Failed', { eventBus: acme.eventBus, eventPattern: { detailType: ['DeploymentRolledBack'] }, targets: [new SnsTopic(team)] });
 * ```
 */
export class Tenant extends Construct {
  /** The tenant's name at the control plane. */
  readonly tenantName: string;
  /** The secret with the admin key. */
  readonly adminKey: ISecret;
  /** The bus of the tenant's events, where they go to a bus. */
  readonly eventBus: IEventBus | undefined;

  constructor(scope: Construct, id: string, props: TenantProps) {
    super(scope, id);
    const { tenantName, url, operatorKeySecretArn, encryptionKey, adopt = false, events, removalPolicy = RemovalPolicy.RETAIN, emulator } = props;
    if (!Token.isUnresolved(tenantName)) refuseUnfit(resourceName, 'tenantName', tenantName);
    if (!Token.isUnresolved(url)) refuseUnfit(controlPlaneUrl, 'url', url);
    if (!Token.isUnresolved(operatorKeySecretArn) && Stack.of(this).splitArn(operatorKeySecretArn, ArnFormat.COLON_RESOURCE_NAME).service !== 'secretsmanager') throw new Error(`operatorKeySecretArn must be the ARN of a secret, not "${operatorKeySecretArn}"`);
    this.tenantName = tenantName;
    // It is made with a random text, which the function replaces by the key.
    const adminKey = new Secret(this, 'AdminKey', { description: `The admin key of the tenant ${tenantName}`, removalPolicy: RemovalPolicy.DESTROY, ...(encryptionKey === undefined ? {} : { encryptionKey }) });
    acknowledge(adminKey, 'adminKey');
    this.adminKey = adminKey;
    const registers = this.#function(props, adminKey);
    const properties: TenantResource = { Tenant: tenantName, Url: url, OperatorKeySecret: operatorKeySecretArn, AdminKeySecret: adminKey.secretArn, OnDelete: removalPolicy === RemovalPolicy.DESTROY ? 'delete' : 'keep', Adopt: adopt ? 'true' : 'false' };
    const resource = new CustomResource(this, 'Resource', { serviceToken: registers.functionArn, resourceType: 'Custom::SluiceTenant', properties, serviceTimeout: Duration.minutes(10) });
    this.eventBus = events === undefined || events.target !== undefined ? undefined : (events.bus ?? new EventBus(this, 'Bus', { eventBusName: `sluice-${tenantName}`, description: `The events of the tenant ${tenantName}` }));
    if (events !== undefined) new TenantEvents(this, 'Events', { tenantName, controlPlaneBusArn: events.controlPlaneBusArn, to: this.eventBus ?? events.target, isEmulated: emulator !== undefined }).node.addDependency(resource);
    acknowledgeStars(this);
  }

  #function({ tenantName, operatorKeySecretArn, operatorKeyEncryptionKey, logRetention = RetentionDays.ONE_MONTH }: TenantProps, adminKey: Secret): LambdaFunction {
    const described = tenantFunctions['tenant-resource'];
    const logGroup = new LogGroup(this, 'Log', { retention: logRetention, removalPolicy: RemovalPolicy.DESTROY });
    const statements = [
      new PolicyStatement({ actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [logGroup.logGroupArn] }),
      new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [operatorKeySecretArn, adminKey.secretArn] }),
      new PolicyStatement({ actions: ['secretsmanager:PutSecretValue'], resources: [adminKey.secretArn] }),
      ...(operatorKeyEncryptionKey === undefined ? [] : [new PolicyStatement({ actions: ['kms:Decrypt'], resources: [operatorKeyEncryptionKey.keyArn] })]),
      ...(adminKey.encryptionKey === undefined ? [] : [new PolicyStatement({ actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: [adminKey.encryptionKey.keyArn] })]),
    ];
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com'), inlinePolicies: { grants: new PolicyDocument({ statements }) } });
    return new LambdaFunction(this, 'Function', { ...functionSettings('tenant-resource', described, { namespace: 'sluice', tracing: false }), description: `${described.description}: ${tenantName}`, role, logGroup });
  }
}
