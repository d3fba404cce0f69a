import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AccessLogFormat, ApiKeySourceType, AuthorizationType, EndpointType, GatewayResponse, IdentitySource, Integration, IntegrationType, LogGroupLogDestination, MethodLoggingLevel, RequestAuthorizer, ResponseType, RestApi as Api } from 'aws-cdk-lib/aws-apigateway';
import type { IResource, MethodDeploymentOptions } from 'aws-cdk-lib/aws-apigateway';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

import { Failure, errors, problemOf } from '#contracts/errors';
import type { ErrorCode } from '#contracts/errors';
import { routes } from '#contracts/http/routes';
import { SECURITY_HEADERS } from '#contracts/http/security-headers';

import { acknowledge } from './acknowledge.ts';

/** What the HTTP API is made of. */
export type RestApiProps = {
  readonly name: string; readonly handler: LambdaFunction; readonly authorizer: LambdaFunction; readonly accessLog: LogGroup;
  /** Whether requests are throttled by the usage keys that the authorizer names; the emulator takes such keys from a header only. */
  readonly usageKeys: boolean;
  /** How many requests a second the stage lets in; twice as many at once. */
  readonly requestsPerSecond: number;
};

/** The stage; clients reach the API below it, or at a domain of their own without it. */
export const REST_STAGE = 'api';

/**
 * What needs no key has a limit of its own for each path and method, small beside the 1000 a second that each of the others has by default: the gateway counts
 * each method by itself, but the function behind them is one. Source: API Gateway's developer guide, "Throttle requests to your REST APIs".
 */
const PUBLIC_RATE = { throttlingRateLimit: 20, throttlingBurstLimit: 40 } as const;

/** What no route has: it is answered with the API's own "not found". */
const ANY_PATH = '/{proxy+}';

/**
 * The methods that have settings of their own. Stages know those of real methods only, not of the one that stands for all, and one change of a stage
 * takes some eighty of them: so other open paths have the two methods by which they are read, and no function is called for others.
 */
const METHODS = { read: ['GET', 'HEAD'], any: ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'] } as const;

/** A revoked key beats the authorizer's cache within a minute. */
const AUTHORIZER_CACHE_SECONDS = 30;

/**
 * The headers of the API's own answers, as a gateway's are written: each in quotes. Their policy can have none inside, but a list without sources
 * is as good as 'none'. Source: Content Security Policy Level 3, "Does url match source list".
 */
const securityHeaders = { ...Object.fromEntries(Object.entries(SECURITY_HEADERS).map(([name, value]) => [name, `'${value}'`])), 'content-security-policy': "'default-src; frame-ancestors'" };

/** What the gateway answers by itself, as the same problem documents. */
const gatewayAnswers: readonly { readonly id: string; readonly type: ResponseType; readonly code: ErrorCode; readonly retryAfterSeconds?: number }[] = [
  { id: 'Unauthorized', type: ResponseType.UNAUTHORIZED, code: 'unauthenticated' },
  { id: 'AccessDenied', type: ResponseType.ACCESS_DENIED, code: 'unauthenticated' },
  { id: 'Throttled', type: ResponseType.THROTTLED, code: 'rate-limited', retryAfterSeconds: 1 },
  { id: 'QuotaExceeded', type: ResponseType.QUOTA_EXCEEDED, code: 'rate-limited', retryAfterSeconds: 60 },
  // The authorizer named a usage key that has just gone; the next request is counted for another.
  { id: 'UsageKeyUnknown', type: ResponseType.INVALID_API_KEY, code: 'unavailable' },
  // All other paths have every method.
  { id: 'MethodUnknown', type: ResponseType.MISSING_AUTHENTICATION_TOKEN, code: 'method-not-allowed' },
  { id: 'TooLarge', type: ResponseType.REQUEST_TOO_LARGE, code: 'body-too-large' },
  { id: 'IntegrationFailed', type: ResponseType.INTEGRATION_FAILURE, code: 'unavailable' },
  { id: 'IntegrationTimedOut', type: ResponseType.INTEGRATION_TIMEOUT, code: 'unavailable' },
  { id: 'AuthorizerFailed', type: ResponseType.AUTHORIZER_FAILURE, code: 'unavailable' },
  { id: 'Other4xx', type: ResponseType.DEFAULT_4XX, code: 'malformed-request' },
  { id: 'Other5xx', type: ResponseType.DEFAULT_5XX, code: 'internal-error' },
];

/**
 * The HTTP API: a resource for each path of the route table, all with one function and one permission to call it. The gateway validates nothing:
 * one schema does, in the function, the same on both engines.
 */
export class RestApi extends Construct {
  readonly api: Api;
  readonly #usageKeys: boolean;
  readonly #authorizer: RequestAuthorizer;
  readonly #integration: Integration;

  constructor(scope: Construct, id: string, props: RestApiProps) {
    super(scope, id);
    this.#usageKeys = props.usageKeys;
    this.api = new Api(this, 'Api', {
      restApiName: props.name, endpointTypes: [EndpointType.REGIONAL],
      // API Gateway writes logs by one role of the whole account and region. A new account has none, and others may use this one later, so it stays.
      cloudWatchRole: true, cloudWatchRoleRemovalPolicy: RemovalPolicy.RETAIN,
      ...(props.usageKeys ? { apiKeySourceType: ApiKeySourceType.AUTHORIZER } : {}),
      deployOptions: {
        // Metrics of each method would cost 0.30 USD a month each; those of the stage are free and always there.
        stageName: REST_STAGE, loggingLevel: MethodLoggingLevel.OFF, metricsEnabled: false,
        accessLogDestination: new LogGroupLogDestination(props.accessLog), accessLogFormat: AccessLogFormat.jsonWithStandardFields({ caller: false, httpMethod: true, ip: true, protocol: true, requestTime: true, resourcePath: true, responseLength: true, status: true, user: false }),
        throttlingBurstLimit: 2 * props.requestsPerSecond, throttlingRateLimit: props.requestsPerSecond, methodOptions: publicThrottles(),
      },
    });
    // The CDK's own output of the address, under a name that it makes up; the control plane has one of its own.
    this.api.node.tryRemoveChild('Endpoint');
    this.#authorizer = new RequestAuthorizer(this, 'Authorizer', { handler: props.authorizer, identitySources: [IdentitySource.header('Authorization')], resultsCacheTtl: Duration.seconds(AUTHORIZER_CACHE_SECONDS) });
    this.#integration = new Integration({ type: IntegrationType.AWS_PROXY, integrationHttpMethod: 'POST', uri: `arn:${Stack.of(this).partition}:apigateway:${Stack.of(this).region}:lambda:path/2015-03-31/functions/${props.handler.functionArn}/invocations` });
    props.handler.addPermission('ApiCalls', { principal: new ServicePrincipal('apigateway.amazonaws.com'), sourceArn: this.api.arnForExecuteApi('*', '/*', REST_STAGE) });
    this.#addRoutes();
    this.#addGatewayAnswers();
    acknowledge(this, 'oneSchema', 'noBodiesInLogs', 'ownKeys', 'gatewayLogs');
  }

  /** The address of the API with its stage, without a slash at its end. */
  get url(): string {
    return this.api.url.replace(/\/$/, '');
  }

  /** One resource per path, for every method: a method that it does not know is the function's to refuse, with the API's own words. Open paths are only read. */
  #addRoutes(): void {
    const names = new Map<string, string>();
    for (const [path, isOpen] of openness()) {
      const resource = path === '/' ? this.api.root : this.#resource(path, names);
      if (!isOpen) resource.addMethod('ANY', this.#integration, { authorizationType: AuthorizationType.CUSTOM, authorizer: this.#authorizer, apiKeyRequired: this.#usageKeys });
      else for (const method of path === ANY_PATH ? ['ANY'] : METHODS.read) resource.addMethod(method, this.#integration, { authorizationType: AuthorizationType.NONE });
    }
  }

  /** API Gateway wants one name for a path's parameter at one place, whatever a route calls it; the function has the path itself. */
  #resource(path: string, names: Map<string, string>): IResource {
    let resource: IResource = this.api.root;
    let place = '';
    for (const part of path.split('/').slice(1)) {
      const name = part.startsWith('{') ? (names.get(place) ?? part) : part;
      if (part.startsWith('{')) names.set(place, name);
      place = `${place}/${name}`;
      resource = resource.getResource(name) ?? resource.addResource(name);
    }
    return resource;
  }

  #addGatewayAnswers(): void {
    for (const { id, type, code, retryAfterSeconds } of gatewayAnswers) {
      const problem = problemOf(new Failure(code, errors[code].title), '$context.requestId');
      new GatewayResponse(this, id, {
        restApi: this.api, type, statusCode: String(problem.status),
        responseHeaders: { ...securityHeaders, 'content-type': "'application/problem+json'", ...(retryAfterSeconds === undefined ? {} : { 'retry-after': `'${retryAfterSeconds}'` }), ...(code === 'unauthenticated' ? { 'www-authenticate': "'Bearer'" } : {}), ...(code === 'method-not-allowed' ? { allow: `'${METHODS.read.join(', ')}'` } : {}) },
        templates: { 'application/json': JSON.stringify(problem) },
      });
    }
  }
}

/** Every path of the API, and whether it is open to who has no key: if all of its routes are. */
function openness(): ReadonlyMap<string, boolean> {
  const isPublic = new Map<string, boolean>();
  for (const { path, permission } of Object.values(routes)) isPublic.set(path, (isPublic.get(path) ?? true) && permission === 'public');
  return isPublic.set('/', true).set(ANY_PATH, true);
}

function publicThrottles(): { readonly [method: string]: MethodDeploymentOptions } {
  const open = [...openness()].filter(([, isOpen]) => isOpen).map(([path]) => path);
  return Object.fromEntries(open.flatMap((path) => (path === ANY_PATH ? METHODS.any : METHODS.read).map((method) => [`${path}/${method}`, PUBLIC_RATE])));
}
