import { BasePathMapping, DomainName, EndpointType, SecurityPolicy } from 'aws-cdk-lib/aws-apigateway';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { CfnOutput } from 'aws-cdk-lib';
import { Construct } from 'constructs';

/** A host of its own for the HTTP API, and the certificate for it in the same region. */
export type CustomDomainProps = { readonly host: string; readonly certificateArn: string; readonly api: RestApi };

/** Makes the HTTP API known by a host of its own, without the stage in its path. The host's CNAME record stays with whoever has the zone. */
export class CustomDomain extends Construct {
  readonly url: string;

  constructor(scope: Construct, id: string, { host, certificateArn, api }: CustomDomainProps) {
    super(scope, id);
    const domain = new DomainName(this, 'Domain', { domainName: host, certificate: Certificate.fromCertificateArn(this, 'Certificate', certificateArn), endpointType: EndpointType.REGIONAL, securityPolicy: SecurityPolicy.TLS_1_2 });
    new BasePathMapping(this, 'Mapping', { domainName: domain, restApi: api, stage: api.deploymentStage });
    new CfnOutput(this, 'Alias', { value: domain.domainNameAliasDomainName, description: `The CNAME record of ${host} must point to this` }).overrideLogicalId('DomainAlias');
    this.url = `https://${host}`;
  }
}
