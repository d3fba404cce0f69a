import type { StreamEvent } from '#client/subscription';
import { followDeployment } from '#client/wait';
import type { OperationOutput } from '#contracts/http/routes';
import type { DeploymentView } from '#contracts/views';

import type { Surroundings } from '../command.ts';
import { exitCodeOfState } from '../exit-codes.ts';
import { deploymentLines, paintedState } from './deployment-lines.ts';
import { eventLine } from './event-line.ts';
import { openScreen } from './screen.ts';

type ListedEvent = OperationOutput<'listDeploymentEvents'>['items'][number];
type ShownEvent = Omit<ListedEvent, 'hash'>;

/** An event of the stream as it was sent, without what the subscription added. */
function withoutCursor({ cursor: _cursor, ...event }: StreamEvent): ShownEvent {
  return event;
}

/** The clock of a running step is drawn again this often. */
const REDRAW_MILLISECONDS = 1000;

/**
 * Follows a deployment to its end and answers the exit code of its state. In a terminal its view is drawn in place; elsewhere its events
 * are written as they come, those from before first; with `--json` as JSON lines, the last being the deployment itself.
 */
export async function follow(surroundings: Surroundings, id: string): Promise<number> {
  try {
    const last = surroundings.output.live ? await draw(surroundings, id) : await writeEvents(surroundings, id);
    return exitCodeOfState(last.state);
  } catch (error) {
    if (surroundings.signal.aborted) surroundings.output.note(`the deployment goes on; see it again with: sluice watch ${id}`);
    throw error;
  }
}

async function draw({ client, output, signal }: Surroundings, id: string): Promise<DeploymentView> {
  const screen = openScreen(output);
  let view: DeploymentView | undefined;
  const redraw = (): void => {
    if (view !== undefined) screen.draw(deploymentLines(view, { paint: output.paint, columns: output.columns() - 1, rows: output.rows() - 1, now: Date.now() }));
  };
  const clock = setInterval(redraw, REDRAW_MILLISECONDS);
  try {
    for await (const next of followDeployment(client(), id, { signal })) {
      view = next;
      redraw();
    }
  } finally {
    clearInterval(clock);
    screen.close();
  }
  if (view === undefined) throw new Error(`deployment ${id} was never seen`);
  return view;
}

async function writeEvents(surroundings: Surroundings, id: string): Promise<DeploymentView> {
  const { client, output, signal } = surroundings;
  const heard: ShownEvent[] = [];
  let written = 0;
  let view: DeploymentView | undefined;
  const write = (event: ShownEvent): void => {
    if (event.version <= written) return;
    written = event.version;
    output.oneOfMany(event, () => [eventLine(event, output.paint)]);
  };
  // Events are written in order: what the stream has not brought by the time the deployment shows it is read from its history.
  const catchUp = async (version: number): Promise<void> => {
    for (const event of heard.splice(0)) if (event.version === written + 1) write(event);
    if (written >= version) return;
    for await (const event of client().items('listDeploymentEvents', { params: { id }, query: { limit: 200 } }, { signal })) write(event);
  };
  for await (const next of followDeployment(client(), id, { signal, onEvent: (event) => heard.push(withoutCursor(event)) })) {
    view = next;
    await catchUp(next.version);
  }
  if (view === undefined) throw new Error(`deployment ${id} was never seen`);
  const last = view;
  output.oneOfMany(last, () => [`${last.application} ${last.release} → ${last.environment}: ${paintedState(last.state, output.paint)}, ${last.reason}`]);
  return last;
}
