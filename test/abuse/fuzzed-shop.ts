import { deploymentRequestExample } from '#contracts/http/deployment-examples';
import { resourceExamples } from '#contracts/http/resource-examples';
import { call } from '#test/standalone/server/matrix-system';

/**
 * Puts what the document's examples name, so that what is made up from them finds something: a shop with a release, and a deployment of it, which
 * ends where no agent answers.
 */
export async function putExamples(url: string, key: string): Promise<void> {
  const bodies: readonly (readonly [method: string, path: string, body: unknown])[] = [
    ['PUT', '/v1/secrets/database-password', { value: 'correct horse battery staple' }],
    ['PUT', '/v1/analysis-templates/error-rate', resourceExamples.analysisTemplate.body],
    ['PUT', '/v1/targets/edge-1', resourceExamples.target.body],
    ['PUT', '/v1/applications/shop', resourceExamples.application.body],
    ['PUT', '/v1/environments/production', { ...resourceExamples.environment.body, spec: { ...resourceExamples.environment.body.spec, freezes: [] } }],
    ['PUT', '/v1/applications/shop/releases/1.4.2', resourceExamples.release.body],
    ['POST', '/v1/deployments', deploymentRequestExample],
  ];
  for (const [method, path, body] of bodies) {
    const { status, text } = await call(url, { method, path, key, body });
    if (status >= 300) throw new Error(`${method} ${path} was answered with ${status}: ${text}`);
  }
}
