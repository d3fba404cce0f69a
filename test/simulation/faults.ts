import type { Chance } from '../application/crash/chance.ts';

/** Everything that can go wrong, and where: each is counted by its name. */
export const faultNames = [
  // The bus, the machines' calls and the timers: at least once, in any order, at any time.
  'done twice', 'done side by side', 'done late', 'failed before it was done', 'failed after it was done', 'done although it failed', 'done again later',
  // The network between people, agents and the control plane.
  'request lost', 'answer lost', 'slow network', 'stream cut', 'announcement lost',
  // The database.
  'database busy', 'slow database', 'lost race',
  // Targets and their agents.
  'command failed', 'slow command', 'command held up', 'crash after the effect', 'crash before the effect', 'report twice', 'report late', 'reports out of order', 'report never', 'check refused',
  // Accidents at a moment.
  'crash', 'crash at the start', 'clock step', 'agent crash', 'agent away', 'agent replaced',
] as const;

export type FaultName = (typeof faultNames)[number];

/** How often, in a hundred times, something goes wrong. */
export type Rates = { readonly [Fault in FaultName]?: number };

/** The faults of a simulation: whether one strikes is chance, and each that does is counted. */
export class Faults {
  readonly counts = new Map<FaultName, number>();
  readonly #rates: Rates;
  #isOver = true;

  readonly #struck: (fault: FaultName) => void;

  constructor(rates: Rates, struck: (fault: FaultName) => void) {
    this.#rates = rates;
    this.#struck = struck;
  }

  /** Whether faults have not begun or have stopped: then none strikes. */
  get isOver(): boolean {
    return this.#isOver;
  }

  start(): void {
    this.#isOver = false;
  }

  stop(): void {
    this.#isOver = true;
  }

  /** Whether a fault strikes now, by its rate. */
  strikes(fault: FaultName, chance: Chance): boolean {
    if (this.#isOver || !chance.percent(this.#rates[fault] ?? 0)) return false;
    this.count(fault);
    return true;
  }

  /** One of some faults, each by its rate, or `undefined` for none. */
  oneOf(faults: readonly FaultName[], chance: Chance): FaultName | undefined {
    let rest = chance.next() * 100;
    if (this.#isOver) return undefined;
    const struck = faults.find((fault) => {
      rest -= this.#rates[fault] ?? 0;
      return rest < 0;
    });
    if (struck !== undefined) this.count(struck);
    return struck;
  }

  count(fault: FaultName): void {
    this.counts.set(fault, (this.counts.get(fault) ?? 0) + 1);
    this.#struck(fault);
  }
}
