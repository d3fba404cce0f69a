import type { Context } from '#application/context';
import type { ImportOptions } from '#application/transfer/import-transfer';
import type { Ports } from '#ports/ports';

/** The data of a control plane, opened for the commands of who runs it. Nothing of it is started. */
export type Installation = {
  readonly context: Context;
  /** The master key of its secrets, 32 bytes; `undefined` where it was not given: secrets then stay closed. */
  readonly masterKey: Uint8Array | undefined;
  /** What is done around events that are brought in. */
  readonly around: Pick<ImportOptions, 'before' | 'after'>;
  close(): Promise<void>;
};

/** The ports that data alone can serve. */
export type DataPorts = Pick<Ports, 'events' | 'readModels' | 'leases' | 'blobs' | 'secrets' | 'keys' | 'clock' | 'ids'>;

/** The tenant of work that belongs to none. */
const OPERATOR = 'operator';

/** A context whose other ports are closed: a use case that asked for one would be a mistake, and ends. */
export function contextOn(ports: DataPorts): Context {
  const closed = (name: string): never => {
    throw new Error(`the port ${name} is not open for commands on data`);
  };
  return {
    tenant: OPERATOR, traceId: ports.ids.trace(),
    ports: {
      ...ports,
      get workflow() { return closed('workflow'); },
      get bus() { return closed('bus'); },
      get timers() { return closed('timers'); },
      get samples() { return closed('samples'); },
      get connections() { return closed('connections'); },
      get idempotency() { return closed('idempotency'); },
      get permits() { return closed('permits'); },
    },
  };
}
