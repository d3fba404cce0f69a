import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';

import { isMissing } from '#agent/state/json-file';

/** A socket's path has at most 104 bytes with its end on macOS, 108 on Linux (unix(7)); 100 fit both. */
const LONGEST_SOCKET_PATH = 100;

/**
 * Where the agent keeps what must outlive it. Only its own user may look inside.
 *
 *     agent.json                      which agent this is (instance, target, epoch)
 *     lock.json                       the agent that runs now
 *     fences.json                     the highest generation seen per application
 *     outcomes.json                   the commands that were done
 *     reports/DIGEST.json             reports that the control plane has not acknowledged
 *     log-keeper.json                 the process that holds logs to their limits
 *     components/APPLICATION/COMPONENT/
 *       component.json                what is wanted, and what is on its way
 *       sides/FINGERPRINT.json        how to start an instance of a side, secret values included
 *       instances/ID.json             one process: its identity, port and history
 *       proxies/ID.json               one proxy process: its identity, version and socket
 *       logs/ID.log, ID.log.1 …       output of instances and proxies
 *     sockets/                        the proxies' control sockets (below the temporary folder where this path is too long for one)
 */
export class StateFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = resolve(path);
  }

  /** Makes the folder, and closes it to others. */
  create(): void {
    mkdirSync(this.path, { recursive: true, mode: 0o700 });
    chmodSync(this.path, 0o700);
  }

  file(name: 'agent' | 'lock' | 'fences' | 'outcomes' | 'log-keeper'): string {
    return join(this.path, `${name}.json`);
  }

  get reports(): string {
    return join(this.path, 'reports');
  }

  component(application: string, component: string): ComponentFolder {
    return new ComponentFolder(join(this.path, 'components', application, component), this);
  }

  /** Every application and component that has a folder. */
  components(): readonly { readonly application: string; readonly component: string }[] {
    const root = join(this.path, 'components');
    return entries(root).flatMap((application) => entries(join(root, application)).map((component) => ({ application, component })));
  }

  /** The folders that hold logs: those of all components, and the agent's own. */
  logFolders(): readonly string[] {
    return [join(this.path, 'logs'), ...this.components().map(({ application, component }) => this.component(application, component).logs)].filter((path) => statSync(path, { throwIfNoEntry: false }) !== undefined);
  }

  get log(): string {
    return join(this.path, 'logs', 'log-keeper.log');
  }

  /** The path of a socket; its folder is made, and is this user's alone. */
  socket(name: string): string {
    const own = join(this.path, 'sockets');
    const folder = Buffer.byteLength(join(own, name)) <= LONGEST_SOCKET_PATH ? own : this.shortSocketFolder();
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    // Not a link either: in the temporary folder another user could have put one that leads into a folder of this one.
    const facts = lstatSync(folder);
    if (!facts.isDirectory() || facts.uid !== userInfo().uid || (facts.mode & 0o077) !== 0) throw new Error(`${folder} must belong to this user alone, since it holds control sockets`);
    return join(folder, name);
  }

  private shortSocketFolder(): string {
    return join(tmpdir(), `sluice-${createHash('sha256').update(this.path).digest('hex').slice(0, 16)}`);
  }
}

/** The folder of one component. */
export class ComponentFolder {
  readonly path: string;
  readonly #state: StateFolder;

  constructor(path: string, state: StateFolder) {
    this.path = path;
    this.#state = state;
  }

  get record(): string {
    return join(this.path, 'component.json');
  }

  get logs(): string {
    return join(this.path, 'logs');
  }

  file(kind: 'sides' | 'instances' | 'proxies', id: string): string {
    return join(this.path, kind, `${id}.json`);
  }

  /** The ids that have a file of this kind. */
  ids(kind: 'sides' | 'instances' | 'proxies'): readonly string[] {
    return entries(join(this.path, kind)).filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -'.json'.length));
  }

  log(id: string): string {
    return join(this.logs, `${id}.log`);
  }

  socket(id: string): string {
    return this.#state.socket(`${id}.sock`);
  }
}

function entries(path: string): readonly string[] {
  try {
    return readdirSync(path).toSorted();
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
