import { Failure } from '#contracts/errors';
import { openStandalonePorts } from '#standalone/open-ports';

/** Opens a data folder and writes `opened`, or the code and text of the failure; keeps it open until it is killed. */
const [folder = ''] = process.argv.slice(2);
try {
  await openStandalonePorts({ dataFolder: folder });
  console.log('opened');
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  console.log(`${error.code} ${error.detail.detail}`);
}
