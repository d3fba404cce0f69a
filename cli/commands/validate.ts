import { command } from '../command.ts';
import type { Surroundings } from '../command.ts';
import { describe, loadDocuments } from '../documents/load-documents.ts';
import { readSources } from '../documents/read-sources.ts';
import { outcomes } from '../exit-codes.ts';
import { UsageError } from '../usage-error.ts';
import { fileOption } from './apply.ts';
import { requestOptions } from './deploy.ts';

export const validateCommand = command({
  path: ['validate'],
  summary: 'Check files against the schemas, or a deployment before it is asked for',
  description: 'With -f, checks files and asks no server. With APPLICATION, RELEASE and --environment, the server runs all checks that a deployment would begin with. Neither changes anything.',
  arguments: { application: { description: 'the application', optional: true }, release: { description: 'its release', optional: true } },
  options: { file: fileOption, ...requestOptions },
  examples: [
    { command: 'sluice validate -f deploy/', does: 'check the files of a folder' },
    { command: 'sluice validate shop 1.4.2 --environment production', does: 'run all checks before a deployment' },
  ],
  json: 'with -f one line per document: the document as it would be sent; else the checks: `{passed, checks}`.',
  run: async (surroundings, { arguments: { application, release }, options: { file, environment, strategy } }) => {
    if (file !== undefined) {
      if (application !== undefined) throw new UsageError('give either -f, or APPLICATION and RELEASE');
      return validateFiles(surroundings, file);
    }
    if (application === undefined || release === undefined || environment === undefined) throw new UsageError('give APPLICATION, RELEASE and --environment, or -f FILE');
    return validateDeployment(surroundings, { application, release, environment, ...(strategy === undefined ? {} : { strategy }) });
  },
});

async function validateFiles({ output, stdin }: Surroundings, file: string): Promise<number> {
  for (const { place, resource } of loadDocuments(await readSources(file, stdin))) output.oneOfMany(resource, () => [`${place}: ${describe(resource)} is valid`]);
  return outcomes.done.exitCode;
}

async function validateDeployment({ client, output, signal }: Surroundings, body: { readonly application: string; readonly release: string; readonly environment: string }): Promise<number> {
  const answer = await client().exchange('validateDeployment', { body }, { signal, repeatable: true });
  const marks = { passed: output.paint('green', 'passed'), failed: output.paint('red', 'failed'), skipped: output.paint('dim', 'skipped') };
  output.answer(answer.unchanged, () => [
    ...output.table(['CHECK', 'OUTCOME', 'REASON'], answer.body.checks.map((check) => [check.check, marks[check.outcome], check.reason])),
    answer.body.passed ? noneFailed(answer.body.checks.filter((check) => check.outcome === 'skipped').length) : 'the deployment would not begin',
  ]);
  return answer.body.passed ? outcomes.done.exitCode : outcomes.checksFailed.exitCode;
}

function noneFailed(skipped: number): string {
  return skipped === 0 ? 'all checks passed' : `no check failed; ${skipped} ${skipped === 1 ? 'was' : 'were'} skipped`;
}
