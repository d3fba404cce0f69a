import { redriveOnAws } from '#aws/redrive';
import type { Redriven } from '#aws/redrive';

/** Sends the messages of an on-failure queue, at most so many, to where they came from. Region and credentials come from the environment. @throws as `redrive` */
export async function redriveQueue(queue: string, limit: number): Promise<Redriven> {
  return await redriveOnAws(queue, limit);
}
