import { Stack } from 'aws-cdk-lib';
import { CfnApi, CfnAuthorizer, CfnIntegration, CfnRoute, CfnStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

import { acknowledge } from './acknowledge.ts';

/** The stage of the WebSockets. */
export const SOCKET_STAGE = 'stream';

/** The WebSocket API alone, so that functions can know its address before it knows them. */
export class SocketApi extends Construct {
  readonly api: CfnApi;
  readonly #emulator: string | undefined;

  /** `emulator` is the address of one that has its APIs under that. */
  constructor(scope: Construct, id: string, { name, emulator }: { readonly name: string; readonly emulator?: string }) {
    super(scope, id);
    this.#emulator = emulator;
    this.api = new CfnApi(this, 'Api', { name, protocolType: 'WEBSOCKET', routeSelectionExpression: '$request.body.type' });
  }

  get id(): string {
    return this.api.ref;
  }

  /** Where clients connect. */
  get url(): string {
    return this.connectionsEndpoint.replace(/^http/, 'ws');
  }

  /** Where messages to open connections are posted. */
  get connectionsEndpoint(): string {
    const { region, urlSuffix } = Stack.of(this);
    if (this.#emulator !== undefined) return `${this.#emulator}/_aws/execute-api/${this.api.ref}/${SOCKET_STAGE}`;
    return `https://${this.api.ref}.execute-api.${region}.${urlSuffix}/${SOCKET_STAGE}`;
  }

  /** Connects the API with its functions: `$connect` asks the authorizer, and all three routes call the one handler. */
  connect({ handler, authorizer, accessLog }: { readonly handler: LambdaFunction; readonly authorizer: LambdaFunction; readonly accessLog: LogGroup }): void {
    const apiId = this.api.ref;
    const integration = new CfnIntegration(this, 'Integration', { apiId, integrationType: 'AWS_PROXY', integrationUri: this.#invocation(handler) });
    const target = `integrations/${integration.ref}`;
    const authorizers = new CfnAuthorizer(this, 'Authorizer', { apiId, name: 'keys-and-tickets', authorizerType: 'REQUEST', authorizerUri: this.#invocation(authorizer), identitySource: [] });
    new CfnRoute(this, 'Connect', { apiId, routeKey: '$connect', target, authorizationType: 'CUSTOM', authorizerId: authorizers.ref });
    new CfnRoute(this, 'Disconnect', { apiId, routeKey: '$disconnect', target });
    new CfnRoute(this, 'Message', { apiId, routeKey: '$default', target });
    new CfnStage(this, 'Stage', {
      apiId, stageName: SOCKET_STAGE, autoDeploy: true,
      accessLogSettings: { destinationArn: accessLog.logGroupArn, format: JSON.stringify({ time: '$context.requestTime', event: '$context.eventType', connection: '$context.connectionId', status: '$context.status', ip: '$context.identity.sourceIp' }) },
      // A connection of ours sends a few messages a minute; all of them together must not starve the functions.
      defaultRouteSettings: { throttlingBurstLimit: 2000, throttlingRateLimit: 1000 },
    });
    const sourceArn = Stack.of(this).formatArn({ service: 'execute-api', resource: apiId, resourceName: '*' });
    acknowledge(this, 'ownKeys');
    for (const called of [handler, authorizer]) called.addPermission('SocketCalls', { principal: new ServicePrincipal('apigateway.amazonaws.com'), sourceArn });
  }

  #invocation(called: LambdaFunction): string {
    const { partition, region } = Stack.of(this);
    return `arn:${partition}:apigateway:${region}:lambda:path/2015-03-31/functions/${called.functionArn}/invocations`;
  }
}
