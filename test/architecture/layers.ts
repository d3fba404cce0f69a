import type { SourceFile, Violation } from './source-file.ts';

/** A part of the program, and the parts that it may import. */
export type Layer = {
  readonly name: string;
  /** A folder, or a file without `.ts`; where layers lie within each other, the innermost counts. */
  readonly within: readonly string[];
  readonly sees: readonly string[];
  /** What it may load with `import('…')` only, so that who does not need it does not pay for it. */
  readonly loads?: readonly string[];
  /** What it may import as types only. */
  readonly knowsTypesOf?: readonly string[];
};

const CORE = ['domain', 'contracts'];
const EVERYTHING = [...CORE, 'version', 'ports', 'engine', 'application', 'adapters', 'aws', 'functions', 'cdk', 'stepfunctions', 'standalone', 'standalone runtime', 'admin', 'agent', 'agent runtime', 'client', 'cli'];

/**
 * Who may import whom. Arrows point from the world outside to the rules: the domain knows nothing, everything may know the domain.
 * Only the composition roots (the runtimes) wire ports, use cases and adapters together.
 */
export const layers: readonly Layer[] = [
  { name: 'domain', within: ['shared/domain'], sees: [] },
  { name: 'contracts', within: ['shared/contracts'], sees: ['domain'] },
  // Read from the package once; only programs that a user starts tell it.
  { name: 'version', within: ['shared/version'], sees: [] },
  { name: 'ports', within: ['shared/ports'], sees: CORE },
  { name: 'application', within: ['shared/application'], sees: [...CORE, 'ports'] },
  { name: 'engine', within: ['shared/engine'], sees: [...CORE, 'ports'], knowsTypesOf: ['application'] },
  { name: 'adapters', within: ['shared/adapters'], sees: [...CORE, 'ports'] },
  { name: 'aws', within: ['shared/aws'], sees: [...CORE, 'ports', 'engine', 'stepfunctions'], knowsTypesOf: ['application'] },
  { name: 'stepfunctions', within: ['stepfunctions'], sees: CORE },
  // The function that registers tenants calls the HTTP API as anybody does: by the client.
  { name: 'functions', within: ['functions'], sees: [...CORE, 'ports', 'engine', 'application', 'adapters', 'aws', 'client'] },
  // Functions are known to the app by path and environment, never by import.
  { name: 'cdk', within: ['cdk'], sees: [...CORE, 'version', 'stepfunctions'] },
  { name: 'standalone', within: ['standalone'], sees: [...CORE, 'ports', 'engine', 'stepfunctions'], knowsTypesOf: ['application'] },
  { name: 'standalone runtime', within: ['standalone/runtime'], sees: [...CORE, 'version', 'ports', 'engine', 'application', 'adapters', 'stepfunctions', 'standalone'] },
  // Commands on the data of either engine; nothing of it is started.
  { name: 'admin', within: ['admin'], sees: [...CORE, 'version', 'ports', 'engine', 'application', 'aws', 'standalone'] },
  { name: 'client', within: ['client'], sees: CORE },
  { name: 'agent', within: ['agent'], sees: [...CORE, 'ports', 'adapters', 'client'] },
  { name: 'agent runtime', within: ['agent/runtime'], sees: [...CORE, 'version', 'ports', 'adapters', 'client', 'agent'] },
  { name: 'cli', within: ['cli'], sees: [...CORE, 'version', 'client'], loads: ['standalone', 'standalone runtime', 'agent runtime', 'admin'] },
  { name: 'examples', within: ['examples'], sees: [...CORE, 'client'] },
  { name: 'scripts', within: ['scripts'], sees: EVERYTHING },
  // The ledger counts on what the tests deploy, with what the demo starts.
  { name: 'bench', within: ['bench'], sees: [...EVERYTHING, 'examples', 'test'] },
  // The matrix of access is one suite for a server in the process and for any engine, so it knows no more than the others here.
  { name: 'end-to-end test', within: ['test/end-to-end', 'test/standalone/server/access-matrix', 'test/standalone/server/matrix-system'], sees: [...CORE, 'client'] },
  { name: 'test', within: ['test'], sees: [...EVERYTHING, 'scripts', 'examples', 'bench', 'end-to-end test'] },
  { name: 'settings', within: ['vitest.config', 'aws-tests.config'], sees: ['test'] },
];

/** Finds imports against the arrows. */
export function brokenArrows(files: readonly SourceFile[]): readonly Violation[] {
  return files.flatMap((file) => {
    const from = layerOf(file.path);
    return file.imports.flatMap((one) => {
      if (one.target === null) return [];
      const to = layerOf(one.target);
      const isAllowed = to.name === from.name || from.sees.includes(to.name) || (one.isLazy && from.loads?.includes(to.name)) || (one.isTypeOnly && from.knowsTypesOf?.includes(to.name));
      if (isAllowed) return [];
      return [{ path: file.path, line: one.line, rule: 'imports follow the arrows', detail: `${from.name} must not import ${to.name} (${one.specifier})` }];
    });
  });
}

/** The layer of a path from the root; throws for one that no layer holds. */
export function layerOf(path: string): Layer {
  const bare = path.replace(/\.ts$/, '');
  const depth = (layer: Layer) => Math.max(0, ...layer.within.filter((within) => bare === within || bare.startsWith(`${within}/`)).map((within) => within.length));
  const innermost = layers.map((layer) => ({ layer, length: depth(layer) })).reduce((best, next) => (next.length > best.length ? next : best));
  if (innermost.length === 0) throw new Error(`${path} lies in no layer: add it to test/architecture/layers.ts`);
  return innermost.layer;
}
