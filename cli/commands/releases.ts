import { command } from '../command.ts';
import { outcomes } from '../exit-codes.ts';
import { listings } from '../listings.ts';
import { pageOptions, showList } from './list.ts';

export const releasesCommand = command({
  path: ['releases'],
  summary: 'List the releases of an application, or of all',
  arguments: { application: { description: 'the application; without it the releases of all applications', optional: true } },
  options: { label: { type: 'text', placeholder: 'KEY=VALUE', description: 'releases that carry this label' }, ...pageOptions },
  examples: [{ command: 'sluice releases shop', does: 'show the releases of shop' }, { command: 'sluice releases --label team=checkout', does: 'show the releases of a team, whatever they are of' }],
  json: 'the page `{items, nextCursor?}`; with --all one page with all releases.',
  run: async (surroundings, { arguments: { application }, options: { all, ...page } }) => {
    await showList(surroundings, listings.releases, { wanted: { application, ...page }, all });
    return outcomes.done.exitCode;
  },
});
