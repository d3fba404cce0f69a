import { pause, resume, withLambda } from '#aws/paused-functions';
import type { FoundFunctions } from '#aws/paused-functions';

/** Stops the functions of a control plane on AWS. Region and credentials come from the environment. @throws as `pause` */
export async function pauseOnAws(installation: string): Promise<FoundFunctions> {
  return await withLambda(async (client) => await pause(client, installation));
}

/** Lets them run again. @throws as `resume` */
export async function resumeOnAws(installation: string, apiConcurrency: number | undefined): Promise<FoundFunctions> {
  return await withLambda(async (client) => await resume(client, installation, apiConcurrency));
}
