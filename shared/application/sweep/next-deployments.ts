import * as z from 'zod';

import type { Context } from '#application/context';

/** The deployment that the sweep before looked at last. */
const progress = z.strictObject({ after: z.string() });
const PROGRESS_KEY = 'deployments';

/** Which of the open deployments a sweep looks at: all, or where they are more than `most`, those that follow the last one of the sweep before; so all get their turn. */
export async function nextDeployments(context: Context, open: readonly string[], most: number): Promise<readonly string[]> {
  if (open.length <= most) return open;
  const { readModels, clock } = context.ports;
  const kept = await readModels.get(context.tenant, 'sweep', PROGRESS_KEY);
  const after = kept === undefined ? '' : progress.parse(kept.document).after;
  const first = Math.max(0, open.findIndex((id) => id > after));
  const turn = [...open.slice(first), ...open.slice(0, first)].slice(0, most);
  await readModels.put(context.tenant, 'sweep', { key: PROGRESS_KEY, version: clock.now(), index: {}, document: { after: turn.at(-1) ?? after } satisfies z.input<typeof progress> });
  return turn;
}
