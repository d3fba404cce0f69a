import type { SourceFile, Violation } from './source-file.ts';

/**
 * Where each package, and each module of Node that belongs to one place, may be imported. Paths are folders or files from the root.
 * A package stands here once with its places, so that what it does can be replaced by changing these places.
 */
export const packagePlaces: { readonly [name: string]: readonly string[] } = {
  zod: ['shared', 'stepfunctions', 'functions', 'cdk', 'standalone', 'admin', 'agent', 'client', 'cli', 'scripts', 'examples', 'bench'],
  'zod-openapi': ['shared/contracts'],
  'node:sqlite': ['standalone', 'bench/append.ts'],
  jsonata: ['standalone/asl', 'bench/transitions.ts'],
  rou3: ['shared/application/http'],
  ws: ['standalone', 'client', 'agent'],
  undici: ['bench/load'],
  croner: ['shared/domain'],
  commander: ['cli'],
  yaml: ['cli', 'examples/demo'],
  '@aws-sdk/client-api-gateway': ['shared/aws'],
  '@aws-sdk/client-apigatewaymanagementapi': ['shared/aws'],
  '@aws-sdk/client-dynamodb': ['shared/aws'],
  '@aws-sdk/client-eventbridge': ['shared/aws'],
  '@aws-sdk/client-lambda': ['shared/aws'],
  '@aws-sdk/client-s3': ['shared/aws'],
  '@aws-sdk/client-scheduler': ['shared/aws'],
  '@aws-sdk/client-secrets-manager': ['shared/aws'],
  '@aws-sdk/client-sfn': ['shared/aws'],
  '@aws-sdk/client-sqs': ['shared/aws'],
  '@aws-sdk/client-ssm': ['shared/aws'],
  '@aws-sdk/util-dynamodb': ['shared/aws'],
  '@smithy/core': ['shared/aws'],
  '@aws-lambda-powertools/batch': ['functions'],
  '@aws-lambda-powertools/logger': ['functions'],
  '@aws-lambda-powertools/metrics': ['functions'],
  '@aws-lambda-powertools/tracer': ['functions'],
  '@middy/core': ['functions'],
  '@types/aws-lambda': ['functions'],
  'aws-lambda': ['functions'],
  'aws-cdk-lib': ['cdk'],
  'cdk-nag': ['cdk'],
  constructs: ['cdk'],
  esbuild: ['scripts'],
};

/** Files in which every package of package.json may be imported, the ones for development too. */
const FREE = ['test', 'vitest.config.ts', 'aws-tests.config.ts'];

/** Finds packages imported where they have no place. Modules of Node are free outside the pure layers, but for those named above. */
export function strayPackages(files: readonly SourceFile[]): readonly Violation[] {
  return files.filter((file) => !isWithin(file.path, FREE)).flatMap((file) => file.imports.flatMap((one) => {
    if (one.package === null) return [];
    const places = packagePlaces[one.package] ?? (one.package.startsWith('node:') ? [file.path] : []);
    if (isWithin(file.path, places)) return [];
    return [{ path: file.path, line: one.line, rule: 'a package is imported in its own place only', detail: `${one.package} belongs into ${places.join(', ') || 'no place yet'}` }];
  }));
}

/**
 * Finds packages that package.json installs for users, and that nothing imports, nor asks for by name (`require.resolve('name')`).
 * Types belong to their package.
 */
export function unusedPackages(files: readonly SourceFile[], dependencies: readonly string[]): readonly string[] {
  const sources = files.filter((file) => !isWithin(file.path, FREE));
  const isUsed = (name: string) => sources.some((file) => file.imports.some((one) => one.package === name) || file.text.includes(`resolve('${name}')`));
  return dependencies.filter((name) => !isUsed(name.replace('@types/', '')));
}

function isWithin(path: string, places: readonly string[]): boolean {
  return places.some((place) => path === place || path.startsWith(`${place}/`));
}
