import type { APIGatewayProxyEvent } from 'aws-lambda';

/** The address by which the client came: below the stage at the gateway's own domain, below whatever is mapped at a domain of ours. */
export function baseUrlOf({ path, requestContext }: APIGatewayProxyEvent): string | undefined {
  const { domainName, path: whole, stage } = requestContext;
  if (domainName === undefined) return undefined;
  return `https://${domainName}${whole.endsWith(path) ? whole.slice(0, whole.length - path.length) : `/${stage}`}`;
}
