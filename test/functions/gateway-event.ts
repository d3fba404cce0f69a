import type { APIGatewayProxyEvent, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';

const identity: APIGatewayProxyEvent['requestContext']['identity'] = {
  accessKey: null, accountId: null, apiKey: null, apiKeyId: null, caller: null, clientCert: null, cognitoAuthenticationProvider: null, cognitoAuthenticationType: null,
  cognitoIdentityId: null, cognitoIdentityPoolId: null, principalOrgId: null, sourceIp: '192.0.2.7', user: null, userAgent: null, userArn: null,
};

const requestContext: APIGatewayProxyEvent['requestContext'] = {
  accountId: '000000000000', apiId: 'abc', authorizer: {}, protocol: 'HTTP/1.1', httpMethod: 'GET', identity, path: '/api/v1/deployments', stage: 'api', requestId: 'request-1',
  requestTimeEpoch: 1, resourceId: 'r', resourcePath: '/v1/deployments', domainName: 'abc.execute-api.eu-central-1.amazonaws.com',
};

/** A request as API Gateway gives it to a function. */
export function proxyEvent(given: Partial<Omit<APIGatewayProxyEvent, 'requestContext'>> & { readonly requestContext?: Partial<APIGatewayProxyEvent['requestContext']> } = {}): APIGatewayProxyEvent {
  const { requestContext: context = {}, ...rest } = given;
  return {
    httpMethod: 'GET', path: '/v1/deployments', resource: '/v1/deployments', body: null, isBase64Encoded: false, headers: {}, multiValueHeaders: {}, pathParameters: null,
    queryStringParameters: null, multiValueQueryStringParameters: null, stageVariables: null, requestContext: { ...requestContext, ...context }, ...rest,
  };
}

/** What API Gateway asks a request authorizer. */
export function authorizerEvent(given: Partial<Pick<APIGatewayRequestAuthorizerEvent, 'headers' | 'queryStringParameters'>> = {}): APIGatewayRequestAuthorizerEvent {
  return {
    type: 'REQUEST', methodArn: 'arn:aws:execute-api:eu-central-1:000000000000:abc/stream/$connect', resource: '/', path: '/', httpMethod: 'GET', headers: {}, multiValueHeaders: {},
    pathParameters: null, queryStringParameters: null, multiValueQueryStringParameters: null, stageVariables: null, requestContext: { ...requestContext, authorizer: undefined }, ...given,
  };
}
