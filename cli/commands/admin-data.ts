import { dataSettings, serveVariables } from '#contracts/environment';

import type { Options, Surroundings } from '../command.ts';
import { asFlag, readSettings } from '../read-settings.ts';
import { UsageError } from '../usage-error.ts';

const { data, masterKeyFile } = serveVariables;

/** Where the data of a control plane is: a folder, or tables on AWS. */
export const dataOptions = {
  data: { type: 'text', completes: 'folder', ...asFlag(data) },
  eventsTable: { type: 'text', placeholder: 'NAME', description: 'the table of events of a control plane on AWS, instead of a data folder; region and credentials come from the environment' },
  stateTable: { type: 'text', placeholder: 'NAME', description: 'its other table' },
  blobsBucket: { type: 'text', placeholder: 'NAME', description: 'its bucket: needed where plans are too long for an event' },
  masterKeyFile: { type: 'text', completes: 'file', placeholder: masterKeyFile.placeholder, description: `the key that encrypts its secrets; of a data folder else \`master.key\` in it; environment ${masterKeyFile.variable}` },
} as const satisfies Options;

type Given = { readonly data: string | undefined; readonly eventsTable: string | undefined; readonly stateTable: string | undefined; readonly blobsBucket: string | undefined; readonly masterKeyFile: string | undefined };

/** Does something with an installation that is opened for it and closed after. `mayBeNew` lets a data folder be made. */
export async function withInstallation<Answer>({ environment }: Surroundings, given: Given, use: { readonly mayBeNew: boolean; run(installation: Opened): Promise<Answer> }): Promise<Answer> {
  const installation = await open(environment, given, use.mayBeNew);
  try {
    return await use.run(installation);
  } finally {
    await installation.close();
  }
}

type Opened = Awaited<ReturnType<typeof open>>;

async function open(environment: Surroundings['environment'], { eventsTable, stateTable, blobsBucket, ...folder }: Given, mayBeNew: boolean) {
  const settings = readSettings(dataSettings, { variables: { data, masterKeyFile }, environment, flags: folder });
  const key = settings.masterKeyFile === undefined ? {} : { masterKeyFile: settings.masterKeyFile };
  if (eventsTable === undefined && stateTable === undefined && blobsBucket === undefined) {
    const { openDataFolder } = await import('#admin/data-folder');
    return await openDataFolder({ dataFolder: settings.data, mayBeNew, ...key });
  }
  if (eventsTable === undefined || stateTable === undefined) throw new UsageError('--events-table and --state-table go together: a control plane on AWS has both');
  if (folder.data !== undefined) throw new UsageError('--data and --events-table name two places: give one of them');
  const { withAwsPackages } = await import('#admin/aws-packages');
  const { openTables } = await withAwsPackages('tables', async () => await import('#admin/aws-tables'));
  return await openTables({ eventsTable, stateTable, ...(blobsBucket === undefined ? {} : { blobsBucket }), ...key });
}

