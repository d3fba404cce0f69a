import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

import { parseAllDocuments } from 'yaml';

import type { SluiceClient } from '#client/index';
import { resource } from '#domain/resources/resource';
import type { Resource } from '#domain/resources/resource';

import { projectFolder } from './started-process.ts';

/** Reads the shop's resources; the port is one that is free here, and the working directory is that of the example. */
export function shopResources(port: number): readonly Resource[] {
  const folder = join(projectFolder, 'examples', 'shop');
  const files = ['sluice.yaml', 'release-1.0.0.yaml', 'release-1.1.0.yaml', 'release-1.2.0.yaml'];
  const documents = files.flatMap((file) => parseAllDocuments(readFileSync(join(folder, file), 'utf8')).map((document) => resource.parse(document.toJS())));
  return documents.map((one): Resource => {
    if (one.kind === 'Application') return { ...one, spec: { ...one.spec, components: one.spec.components.map((component) => ({ ...component, port })) } };
    if (one.kind !== 'Release') return one;
    const components = one.spec.components.map((component) => ('command' in component.artefact ? { ...component, artefact: { ...component.artefact, workingDirectory: folder } } : component));
    return { ...one, spec: { ...one.spec, components } };
  });
}

/** Makes or replaces a resource. */
export async function put(client: SluiceClient, one: Resource): Promise<void> {
  const { name } = one.metadata;
  switch (one.kind) {
    case 'Target': await client.putTarget({ params: { name }, body: one }); return;
    case 'AnalysisTemplate': await client.putAnalysisTemplate({ params: { name }, body: one }); return;
    case 'Application': await client.putApplication({ params: { name }, body: one }); return;
    case 'Environment': await client.putEnvironment({ params: { name }, body: one }); return;
    case 'Release': await client.putRelease({ params: { application: one.spec.application, name }, body: one });
  }
}

/** A port that nobody listens on now. */
export async function freePort(): Promise<number> {
  return await new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject).listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
