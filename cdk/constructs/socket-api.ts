import { CfnOutput, Stack } from 'aws-cdk-lib';
import { CfnApi, CfnApiMapping, CfnAuthorizer, CfnDomainName, CfnIntegration, CfnRoute, CfnStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { IDependable } from 'constructs';

import { acknowledge } from './acknowledge.ts';

/** A host of its own for the WebSockets, and the certificate for it in the same region. */
export type SocketDomain = { readonly host: string; readonly certificateArn: string };

/** The stage of the WebSockets. */
export const SOCKET_STAGE = 'stream';

/** The WebSocket API alone, so that functions can know its address before it knows them. */
export class SocketApi extends Construct {
  readonly api: CfnApi;
  readonly #emulator: string | undefined;
  readonly #domain: SocketDomain | undefined;

  /** `emulator` is the address of one that has its APIs under that. */
  constructor(scope: Construct, id: string, { name, emulator, domain }: { readonly name: string; readonly emulator?: string; readonly domain?: SocketDomain }) {
    super(scope, id);
    this.#emulator = emulator;
    this.#domain = domain;
    this.api = new CfnApi(this, 'Api', { name, protocolType: 'WEBSOCKET', routeSelectionExpression: '$request.body.type' });
  }

  get id(): string {
    return this.api.ref;
  }

  /** Where clients connect. */
  get url(): string {
    return this.#domain === undefined ? this.connectionsEndpoint.replace(/^http/, 'ws') : `wss://${this.#domain.host}`;
  }

  /** Where messages to open connections are posted. */
  get connectionsEndpoint(): string {
    const { region, urlSuffix } = Stack.of(this);
    if (this.#emulator !== undefined) return `${this.#emulator}/_aws/execute-api/${this.api.ref}/${SOCKET_STAGE}`;
    return `https://${this.api.ref}.execute-api.${region}.${urlSuffix}/${SOCKET_STAGE}`;
  }

  /**
   * Connects the API with its functions: `$connect` asks the authorizer, and all three routes call the one handler. `after` is what must be there
   * before the gateway can write logs. Of messages `messagesPerSecond` are let in, and twice as many at once.
   */
  connect({ handler, authorizer, accessLog, messagesPerSecond, after }: { readonly handler: LambdaFunction; readonly authorizer: LambdaFunction; readonly accessLog: LogGroup; readonly messagesPerSecond: number; readonly after: IDependable }): void {
    const apiId = this.api.ref;
    const integration = new CfnIntegration(this, 'Integration', { apiId, integrationType: 'AWS_PROXY', integrationUri: this.#invocation(handler) });
    const target = `integrations/${integration.ref}`;
    const authorizers = new CfnAuthorizer(this, 'Authorizer', { apiId, name: 'keys-and-tickets', authorizerType: 'REQUEST', authorizerUri: this.#invocation(authorizer), identitySource: [] });
    new CfnRoute(this, 'Connect', { apiId, routeKey: '$connect', target, authorizationType: 'CUSTOM', authorizerId: authorizers.ref });
    new CfnRoute(this, 'Disconnect', { apiId, routeKey: '$disconnect', target });
    new CfnRoute(this, 'Message', { apiId, routeKey: '$default', target });
    const stage = new CfnStage(this, 'Stage', {
      apiId, stageName: SOCKET_STAGE, autoDeploy: true,
      accessLogSettings: { destinationArn: accessLog.logGroupArn, format: JSON.stringify({ time: '$context.requestTime', event: '$context.eventType', connection: '$context.connectionId', status: '$context.status', ip: '$context.identity.sourceIp' }) },
      // A connection of ours sends a few messages a minute; all of them together must not starve the functions.
      defaultRouteSettings: { throttlingBurstLimit: 2 * messagesPerSecond, throttlingRateLimit: messagesPerSecond },
    });
    const sourceArn = Stack.of(this).formatArn({ service: 'execute-api', resource: apiId, resourceName: '*' });
    stage.node.addDependency(after);
    if (this.#domain !== undefined) this.#name(this.#domain, stage.ref);
    acknowledge(this, 'ownKeys');
    for (const called of [handler, authorizer]) called.addPermission('SocketCalls', { principal: new ServicePrincipal('apigateway.amazonaws.com'), sourceArn });
  }

  /** Makes the API known by a host of its own, without the stage. One host cannot have an HTTP API of this kind and a WebSocket API. */
  #name({ host, certificateArn }: SocketDomain, stage: string): void {
    const domain = new CfnDomainName(this, 'Domain', { domainName: host, domainNameConfigurations: [{ certificateArn, endpointType: 'REGIONAL', securityPolicy: 'TLS_1_2' }] });
    new CfnApiMapping(this, 'Mapping', { apiId: this.api.ref, domainName: domain.ref, stage });
    new CfnOutput(this, 'Alias', { value: domain.attrRegionalDomainName, description: `The CNAME record of ${host} must point to this` }).overrideLogicalId('StreamDomainAlias');
  }

  #invocation(called: LambdaFunction): string {
    const { partition, region } = Stack.of(this);
    return `arn:${partition}:apigateway:${region}:lambda:path/2015-03-31/functions/${called.functionArn}/invocations`;
  }
}
