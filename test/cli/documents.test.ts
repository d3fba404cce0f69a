import { describe, expect, it } from 'vitest';

import { describe as called, loadDocuments } from '#cli/documents/load-documents';
import { SluiceError } from '#client/sluice-error';

const target = 'apiVersion: sluice.dev/v1\nkind: Target\nmetadata: {name: a}\nspec: {provider: agent}\n';
const header = 'apiVersion: sluice.dev/v1\n';

/** What is wrong with a text, as `place: rule`. */
function faultsOf(text: string, name = 'a.yaml'): readonly string[] {
  try {
    loadDocuments([{ name, text }]);
  } catch (error) {
    if (error instanceof SluiceError) return error.errors.map((one) => `${one.field}: ${one.rule}`);
    throw error;
  }
  return [];
}

function matches(fault: string, expected: string | RegExp | undefined): boolean {
  return expected instanceof RegExp ? expected.test(fault) : fault === expected;
}

describe('documents', () => {
  it('come in the order in which they need each other, whatever order they are written in', () => {
    const texts = [
      `${header}kind: Release\nmetadata: {name: 1.0.0}\nspec: {application: shop, components: [{name: web, artefact: {command: [x]}}]}\n`,
      `${header}kind: Environment\nmetadata: {name: production}\nspec: {waves: [{targets: [a]}]}\n`,
      `${header}kind: Application\nmetadata: {name: shop}\nspec: {components: [{name: web, port: 80}]}\n`,
      `${header}kind: AnalysisTemplate\nmetadata: {name: errors}\nspec: {metrics: [{name: errors, measure: errorPercent, failure: {op: ">", value: 1}}]}\n`,
      target,
    ];
    expect(loadDocuments([{ name: 'a', text: texts.join('---\n') }]).map((one) => called(one.resource))).toEqual(['Target a', 'AnalysisTemplate errors', 'Application shop', 'Environment production', 'Release shop/1.0.0']);
  });

  it('may be JSON, indented by tabs, and may lie between empty ones', () => {
    expect(loadDocuments([{ name: 'a.json', text: '{\n\t"apiVersion": "sluice.dev/v1",\n\t"kind": "Target",\n\t"metadata": {"name": "a"},\n\t"spec": {\n\t\t"provider": "agent"\n\t}\n}\n' }])).toHaveLength(1);
    expect(loadDocuments([{ name: 'a.yaml', text: `---\n# nothing\n---\n${target}---\n...\n` }])).toHaveLength(1);
  });

  it('name their file and line', () => {
    expect(loadDocuments([{ name: 'a.yaml', text: `# two\n# comments\n${target}` }])[0]?.place).toBe('a.yaml:3');
  });

  it('may use a few aliases', () => {
    expect(faultsOf(`${header}kind: Target\nmetadata: {name: a, labels: &l {x: y}}\nspec: {provider: agent, labels: *l}\n`)).toEqual([]);
  });
});

describe('a faulty document', () => {
  it.each([
    ['malformed-request', 'spec: {components: [{name: web, prt: 80}]}'],
    ['rule-broken', 'spec: {components: [{name: web}]}'],
  ])('is refused as the server would: %s', (code, spec) => {
    expect(() => loadDocuments([{ name: 'a.yaml', text: `${header}kind: Application\nmetadata: {name: shop}\n${spec}\n` }])).toThrow(expect.objectContaining({ code }));
  });

  it.each<readonly [string, string, readonly (string | RegExp)[]]>([
    ['a number out of range, and a field nobody knows', `${header}kind: Application\nmetadata: {name: shop}\nspec:\n  components:\n    - name: web\n      port: 99999\n      prt: 3\n`, [/^a\.yaml:7 \(Application shop\) spec\.components\.0\.port: .*65535/, 'a.yaml:8 (Application shop) spec.components.0.prt: is not known here']],
    ['an unknown kind', `${header}kind: Aplication\n`, ['a.yaml:2 kind: must be one of Application, Environment, Target, Release, AnalysisTemplate']],
    ['a share that is neither a number nor a percentage', `${header}kind: Environment\nmetadata: {name: p}\nspec:\n  waves: [{targets: [a]}]\n  strategy: {type: rolling, batchSize: 3.5, maxUnavailable: -1}\n`, ['a.yaml:6 (Environment p) spec.strategy.batchSize: must be a whole number or a percentage such as "25%"', 'a.yaml:6 (Environment p) spec.strategy.maxUnavailable: must be a whole number or a percentage such as "25%"']],
    ['a missing part', `${header}kind: Target\nmetadata: {name: a}\n`, ['a.yaml:1 (Target a) spec: is required: must be an object']],
    ['a number where a name must be text', `${header}kind: Release\nmetadata:\n  name: 1.10\nspec: {application: shop, components: [{name: web, artefact: {command: [x]}}]}\n`, ['a.yaml:4 (Release) metadata.name: must be text: write it in quotes']],
    ['a choice with a wrong value', `${header}kind: Environment\nmetadata: {name: p}\nspec:\n  waves: [{targets: [a]}]\n  strategy:\n    type: canary\n    steps:\n      - weightPercent: 150\n      - {bakeSeconds: 1, pause: {}}\n`, ['a.yaml:9 (Environment p) spec.strategy.steps.0.weightPercent: must be from 0 to 100', 'a.yaml:10 (Environment p) spec.strategy.steps.1: must be exactly one of weightPercent, bakeSeconds, pause, analysis, approval']],
    ['an image without its digest', `${header}kind: Release\nmetadata: {name: "1"}\nspec: {application: shop, components: [{name: web, artefact: {image: "shop:latest"}}]}\n`, [/artefact\.image: must be an image with its digest/]],
    ['a list instead of a document', '- 1\n', [/a\.yaml:1: must be a document/]],
    ['a rule that spans fields', `${header}kind: Environment\nmetadata: {name: p}\nspec:\n  waves: [{targets: [a]}]\n  freezes:\n    - name: x\n      startsAt: 2026-12-24\n      endsAt: "2027-01-02T00:00:00Z"\n`, [/^a\.yaml:8 \(Environment p\) spec\.freezes\.0\.startsAt: must be a date-time such as/]],
    ['the same resource twice', `${target}---\n${target}`, ['a.yaml:6: Target a is already given at a.yaml:1']],
  ])('is told by line and field: %s', (_, text, expected) => {
    const faults = faultsOf(text);
    expect(faults.map((fault, index) => matches(fault, expected[index]))).toEqual(expected.map(() => true));
  });

  it('keeps the valid ones from being used', () => {
    expect(() => loadDocuments([{ name: 'good', text: target }, { name: 'bad', text: 'kind: Nothing' }])).toThrow(SluiceError);
  });

  it('does not flood the terminal', () => {
    const text = `${header}kind: Target\nmetadata: {name: a}\nspec:\n  provider: agent\n${Array.from({ length: 200 }, (_, index) => `  f${index}: 1`).join('\n')}\n`;
    expect(faultsOf(text)).toHaveLength(50);
  });
});

describe('a hostile text', () => {
  const bomb = `a: &a [x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c]\n`;

  it.each<readonly [string, string, RegExp]>([
    ['a key twice', 'a: 1\na: 2', /a\.yaml:2: .*unique/],
    ['a key twice in JSON', '{"a": 1, "a": 2}', /unique/],
    ['a key that is a prototype', '__proto__: {admin: true}', /the key "__proto__" is not allowed/],
    ['a key that is a constructor, deep inside', `${header}kind: Target\nmetadata: {name: a, labels: {constructor: x}}\nspec: {provider: agent}`, /a\.yaml:3: the key "constructor" is not allowed/],
    ['a key that is no text', '? [a]\n: 1', /keys must be strings/],
    ['a tag', 'a: !!js/function "x"', /Unresolved tag/],
    ['aliases that multiply', bomb, /[Aa]lias/],
    ['many aliases', `a: &a x\nb: [${'*a,'.repeat(60)}]`, /at most 50/],
    ['an alias of nothing', 'a: *x', /Unresolved alias/],
    ['an alias inside of what it names', 'a: &a\n  b: *a', /stands in what it names/],
    ['deep nesting of lists', '['.repeat(100_000), /more than 32 levels deep/],
    ['deep nesting of maps', '{a: '.repeat(50_000), /more than 32 levels deep/],
    ['deep nesting by indentation', '- '.repeat(20_000), /more than 32 levels deep/],
    ['many documents', '---\na: 1\n'.repeat(501), /at most 500/],
    ['an open quote', 'a: "x\nb: 1', /Missing closing/],
  ])('is refused: %s', (_, text, expected) => {
    expect(faultsOf(text).join('\n')).toMatch(expected);
    expect(Reflect.get({}, 'admin')).toBeUndefined();
  });

  it('of nothing at all is no document', () => {
    expect(() => loadDocuments([{ name: 'a.yaml', text: '# nothing\n' }])).toThrow('a.yaml: no document is there');
  });
});
