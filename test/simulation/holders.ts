import * as z from 'zod';

import type { DeploymentEvent } from '#domain/deployment/events';
import { TERMINAL_EVENTS } from '#domain/deployment/events';

import type { Complain } from './broken-invariant.ts';
import type { Known } from './known.ts';
import type { SimulatedDisk } from './simulated-disk.ts';

const freeing = z.object({ tenant: z.string(), deployment: z.string() });
const taking = z.object({ tenant: z.string(), deployment: z.string(), keys: z.array(z.object({ target: z.string(), application: z.string() })) });

/**
 * Who may change which application on which target: whoever was planned for it and has not ended. Told by the streams, and not by the
 * table of leases, which is compared with it.
 */
export class Holders {
  readonly #complain: Complain;
  readonly #disk: SimulatedDisk;
  readonly #holders = new Map<string, string>();
  /** In which turn a deployment was planned, counted over all. */
  readonly #turns = new Map<string, number>();

  constructor({ complain, disk }: { readonly complain: Complain; readonly disk: SimulatedDisk }) {
    this.#complain = complain;
    this.#disk = disk;
  }

  /** The turn of a planned deployment; of two the one that was planned later has the higher. */
  turnOf(tenant: string, id: string): number {
    return this.#turns.get(`${tenant}/${id}`) ?? 0;
  }

  /** An event of a deployment's stream, already in its state. */
  told({ tenant, id, state }: Known, event: DeploymentEvent): void {
    const places = (state.plan?.targets ?? []).map((target) => `${tenant}/${target.name}/${state.request.application}`);
    if (event.type === 'DeploymentPlanned') {
      this.#turns.set(`${tenant}/${id}`, this.#turns.size + 1);
      for (const place of places) {
        const holder = this.#holders.get(place);
        if (holder !== undefined) this.#complain('one holder', `${tenant}/${id}`, `${id} was planned on ${place}, which ${holder} still changes`);
        this.#holders.set(place, id);
      }
      this.#mustHold(tenant, id, places.length);
    }
    if (TERMINAL_EVENTS.some((type) => type === event.type)) for (const place of places) if (this.#holders.get(place) === id) this.#holders.delete(place);
  }

  /** Leases were freed: only who has ended, or was never planned, gives them up. */
  freed(input: unknown, of: (tenant: string, id: string) => Known | undefined): void {
    const { tenant, deployment } = freeing.parse(input);
    const known = of(tenant, deployment);
    if (known?.rules.plan !== undefined && known.rules.end === undefined) this.#complain('one holder', `${tenant}/${deployment}`, `the leases of ${deployment} were freed before it ended`);
  }

  /** Leases were asked for: nobody gets one that another deployment works under. */
  taken(input: unknown, output: unknown): void {
    const { tenant, deployment, keys } = taking.parse(input);
    if (typeof output !== 'object' || output === null || !('taken' in output)) return;
    for (const { target, application } of keys) {
      const holder = this.#holders.get(`${tenant}/${target}/${application}`);
      if (holder !== undefined && holder !== deployment) this.#complain('one holder', `${tenant}/${deployment}`, `${deployment} was given the lease of ${target} for ${application}, which ${holder} still changes`);
    }
  }

  #mustHold(tenant: string, id: string, count: number): void {
    const row = this.#disk.connection.get('SELECT count(*) AS held FROM leases WHERE tenant = ? AND holder = ?', tenant, id);
    if (row?.['held'] !== count) this.#complain('one holder', `${tenant}/${id}`, `${id} was planned with ${String(row?.['held'])} of ${count} leases`);
  }
}
