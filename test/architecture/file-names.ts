/** Tests of more than one source, by their folder under test/: what it holds. */
const FOLDERS_OF_THEIR_OWN: { readonly [folder: string]: string } = {
  architecture: 'rules about the sources',
  contracts: 'suites that every implementation of a port passes',
  docs: 'what the pages promise',
  packaging: 'the published package, the image and the continuous integration',
  faults: 'processes that are killed, disks that are full or torn, clocks that jump',
  abuse: 'what strangers, guessers and tenants without measure can do, on the standalone engine',
  samples: 'payloads of every version that an event ever had',
  'application/crash': 'the use cases, ended at any moment and begun again',
  simulation: 'the whole system in a simulated world, in which everything goes wrong',
  'end-to-end': 'the whole system, by HTTP and WebSocket only, on any engine',
  'end-to-end-standalone': 'what only the standalone engine can show',
  'end-to-end-aws': 'what only the AWS engine can show',
};

/** Where a folder of tests has another name than its sources, because that name is taken. */
const RENAMED: { readonly [folder: string]: string } = { 'contracts-tables': 'contracts', 'shared-aws': 'aws' };

/** Finds code whose file name is not kebab-case (`.asl` and `.test` may follow, `.config` for settings of tools, and a number may lead). */
export function oddNames(paths: readonly string[]): readonly string[] {
  const code = paths.filter((path) => /\.[cm]?[jt]s$/.test(path));
  return code.filter((path) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.asl)?(\.test|\.config)?\.[cm]?[jt]s$/.test(path.replace(/^.*\//, '')));
}

/** Finds tests that mirror no source: `test/standalone/asl/x.test.ts` tests `standalone/asl`, `test/domain/…` tests `shared/domain/…`. */
export function strayTests(paths: readonly string[]): readonly string[] {
  const places = new Set(paths.filter((path) => !path.startsWith('test/')).flatMap(placesOf));
  return paths.filter((path) => path.startsWith('test/') && path.endsWith('.test.ts')).filter((path) => {
    if (Object.keys(FOLDERS_OF_THEIR_OWN).some((own) => path.startsWith(`test/${own}/`))) return false;
    const [, folder = '', ...below] = path.replace(/\/[^/]*$/, '').split('/');
    const source = [RENAMED[folder] ?? folder, ...below].join('/');
    return !places.has(source) && !places.has(`shared/${source}`);
  });
}

/** A file's folders, and the file itself without its ending, since a source may have a folder of tests. */
function placesOf(path: string): readonly string[] {
  const parts = path.replace(/(\.asl)?\.[a-z]+$/, '').split('/');
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}
