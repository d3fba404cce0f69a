import { describe, expect, it } from 'vitest';

import { readGolden } from '../domain/analysis/golden/read-golden.ts';
import { TemporaryFolder, runCli } from './run-cli.ts';

const counts = (canary: readonly [number, number], stable: readonly [number, number]) => ({ metrics: { errors: { canary: { total: canary[0], bad: canary[1] }, stable: { total: stable[0], bad: stable[1] } } } });
const policy = { metrics: [{ name: 'errors', kind: 'ratio' }] };
const judged = async (file: unknown, ...words: readonly string[]) => await runCli(['judge', '-', ...words], { stdin: JSON.stringify(file) });

describe('sluice judge', () => {
  it('prints verdict, look, reason and the evidence of every look as JSON', async () => {
    const golden = readGolden().cases[0];
    using folder = new TemporaryFolder();
    const { exitCode, stdout } = await runCli(['judge', folder.write('looks.json', JSON.stringify(golden?.file)), '--json']);
    expect(exitCode).toBe(0);
    const report: unknown = JSON.parse(stdout);
    expect(report).toEqual({
      verdict: 'Continue', look: 1, reason: expect.stringContaining('evidence against it 0 %'),
      looks: [{ look: 1, logEvidence: { fail: expect.any(Number), pass: { errors: expect.any(Number) }, metrics: { errors: expect.any(Number) } }, ratio: { errors: [expect.any(Number), expect.any(Number)] } }],
    });
  });

  it('says in words and numbers why a canary failed', async () => {
    const { exitCode, stdout } = await judged({ policy, looks: [counts([400, 40], [1600, 17]), counts([400, 40], [1600, 17]), counts([400, 40], [1600, 17]), counts([400, 38], [1600, 20])] });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Failed at look 3: errors 10 % against 1\.1 %, ratio between 5\.9 and 19, evidence 127 % of what is needed\n/);
  });

  it('says what a canary without requests lacks', async () => {
    const { stdout } = await judged({ policy: { ...policy, horizonSeconds: 20 }, looks: [counts([0, 0], [10, 0]), counts([0, 0], [10, 0])] });
    expect(stdout).toContain('Inconclusive at look 2: no data: errors had none of the canary\n');
  });

  it.each(['kayenta', 'argo', 'flagger'])('runs the judge of %s, and says that its horizon is fixed', async (judge) => {
    const looks = Array.from({ length: 180 }, () => counts([100, 20], [900, 1]));
    const { exitCode, stdout } = await judged({ policy, looks }, '--judge', judge, '--json');
    expect({ exitCode, report: JSON.parse(stdout) }).toMatchObject({ exitCode: 0, report: { judge, fixedHorizon: true, verdict: 'Failed' } });
    expect((await judged({ policy, looks }, '--judge', judge)).stdout).toContain('no error rate is stated');
  });

  it.each<readonly [string, unknown, string]>([
    ['a count that is too high', { policy, looks: [counts([4, 6], [10, 0])] }, 'looks[0].metrics.errors.canary.bad must not be more than total'],
    ['a metric that the policy does not name', { policy, looks: [{ metrics: { eror: {} } }] }, 'looks[0].metrics.eror is no metric of the policy, which has errors'],
    ['a field that there is not', { policy: { alfa: 0.1 }, looks: [] }, 'policy.alfa is not known here'],
    ['a kind that there is not', { policy: { metrics: [{ name: 'x', kind: 'y' }] }, looks: [] }, 'policy.metrics[0].kind must be one of ratio, distribution, rate, mean'],
    ['an arm that is missing', { policy, looks: [{ metrics: { errors: { canary: { total: 1, bad: 0 } } } }] }, 'looks[0].metrics.errors.stable is missing'],
    ['latencies in no form', { looks: [{ metrics: { latency: { canary: {}, stable: { values: [] } } } }] }, 'looks[0].metrics.latency.canary must have one of values, buckets or le'],
    ['counts that are not cumulative', { looks: [{ metrics: { latency: { canary: { le: { 1: 3, '+Inf': 2 } }, stable: { le: { 1: 0, '+Inf': 0 } } } } }] }, 'looks[0].metrics.latency.canary.le.+Inf must not be less'],
    ['bounds that change', { looks: [{ metrics: { latency: { canary: { le: { 1: 3, '+Inf': 3 } }, stable: { le: { 2: 0, '+Inf': 0 } } } } }] }, 'must be counted in the same buckets as all before it'],
    ['no looks', {}, 'looks is missing'],
    ['no object', [], 'the file must be an object'],
  ])('names the place of %s', async (_what, file, message) => {
    const { exitCode, stdout, stderr } = await judged(file);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain(`standard input: `);
    expect(stderr).toContain(message);
  });

  it('refuses another judge than those it has', async () => {
    expect(await judged({ looks: [] }, '--judge', 'solomon')).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('kayenta, argo, flagger') });
  });
});
