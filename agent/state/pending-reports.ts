import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { report as reportSchema } from '#contracts/adapter';
import type { Report } from '#contracts/adapter';
import { isMissing, readJsonFile, removeFile, writeJsonFile } from '#agent/state/json-file';

/** Reports that the control plane has not acknowledged, on disk, so that neither its absence nor the agent's end loses one. */
export class PendingReports {
  readonly #folder: string;
  readonly #reports = new Map<string, Report>();

  constructor(folder: string) {
    this.#folder = folder;
    for (const name of namesIn(folder)) {
      const found = readJsonFile(join(folder, name), reportSchema);
      if (found !== undefined) this.#reports.set(found.command, found);
    }
  }

  get all(): readonly Report[] {
    return [...this.#reports.values()];
  }

  has(command: string): boolean {
    return this.#reports.has(command);
  }

  add(report: Report): void {
    this.#reports.set(report.command, report);
    writeJsonFile(this.#path(report.command), report);
  }

  remove(command: string): void {
    this.#reports.delete(command);
    removeFile(this.#path(command));
  }

  #path(command: string): string {
    return join(this.#folder, `${createHash('sha256').update(command).digest('hex').slice(0, 32)}.json`);
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.json'));
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
