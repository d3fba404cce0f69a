import * as z from 'zod';

import { analysisTemplateResource, applicationResource, environmentResource, releaseResource, resource, targetResource } from '#domain/resources/resource';
import type { ResourceKind } from '#domain/resources/resource';

import { command } from '../command.ts';
import { outcomes } from '../exit-codes.ts';
import { resourceKindOf, resourceWords } from '../kinds.ts';

const documents: { readonly [Kind in ResourceKind]: z.ZodType } = {
  Application: applicationResource, Environment: environmentResource, Target: targetResource, Release: releaseResource, AnalysisTemplate: analysisTemplateResource,
};

export const schemaCommand = command({
  path: ['schema'],
  summary: 'Print the JSON Schema of the resources, for editors',
  description: 'Without KIND, of any resource. Rules that span fields are checked by `apply`, `validate` and the server.',
  arguments: { kind: { description: `one of ${resourceWords.join(', ')}`, optional: true, completes: { suggest: resourceWords } } },
  options: {},
  examples: [{ command: 'sluice schema > .vscode/sluice.schema.json', does: 'let an editor complete and check resource files' }, { command: 'sluice schema release', does: 'print the schema of releases' }],
  json: 'the schema, as without it.',
  local: true,
  run: async ({ output }, { arguments: { kind } }) => {
    const schema = z.toJSONSchema(kind === undefined ? resource : documents[resourceKindOf(kind)], { io: 'input', target: 'draft-2020-12', reused: 'ref' });
    output.write(`${JSON.stringify(schema, null, 2)}\n`);
    return outcomes.done.exitCode;
  },
});
