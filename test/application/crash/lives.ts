import { cp, mkdtemp, rm } from 'node:fs/promises';
import { cpSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

import { LOCK_FILE } from '#standalone/data-file';

import { Chance } from './chance.ts';
import { disorderOf } from './disorder.ts';
import { letPeopleIn } from './doorway.ts';
import { documents, request, scenarios } from './scenarios.ts';
import type { Scenario } from './scenarios.ts';
import { newAgent } from './simulated-agent.ts';
import { repairsOf, violationsOf } from './violations.ts';
import { Crashed, World } from './world.ts';
import type { Outside, WorldOptions } from './world.ts';

/** A moment: what was on the disk of the control plane, and what was outside of it. */
export type Moment = { readonly folder: string; readonly outside: Outside };

/** No story is longer, with a crash and everything that the sweep may have to do: it looks every minute. */
const LONGEST_STORY_SECONDS = 600;

/** As long as all tries of a delivery may take, with its waits. */
const LONGEST_RETRIES_SECONDS = 650;

/** After the end the sweep looks twice more, and what was set for later comes. */
const AFTERWARDS_SECONDS = 130;

/** No process ends and begins within one tick of the clock, by which the ids of deployments are ordered. */
const SHORTEST_DOWNTIME_MILLISECONDS = 1;

/** Folders that go together. */
export class Folders {
  readonly #made: string[] = [];

  async make(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-crash-'));
    this.#made.push(folder);
    return folder;
  }

  async removeAll(): Promise<void> {
    await Promise.all(this.#made.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
  }
}

/** The moment before every story: a tenant, its resources, and 1.0.0 that serves. */
export async function beforeStories(folders: Folders): Promise<Moment> {
  const folder = await folders.make();
  const outside: Outside = { now: '2026-11-21T12:00:00.000Z', agents: [newAgent('east'), newAgent('west')], asked: {}, acts: [], consumed: {} };
  const world = await World.open({ folder, outside, script: { acts: [{ name: 'put', when: () => true, act: putDocuments }, request('1.0.0')], answering: () => 'done', behaviour: {} } });
  await world.passToEnd(LONGEST_STORY_SECONDS);
  await world.close();
  delete outside.asked['1.0.0'];
  outside.acts.length = 0;
  return { folder, outside };
}

async function putDocuments(world: World): Promise<void> {
  await world.call('putTenant', { params: { name: 'default' } }, { role: 'operator' });
  await letPeopleIn(world.engine);
  for (const one of documents) {
    const { name } = one.metadata;
    switch (one.kind) {
      case 'Target': await world.call('putTarget', { params: { name }, body: one }); break;
      case 'AnalysisTemplate': await world.call('putAnalysisTemplate', { params: { name }, body: one }); break;
      case 'Application': await world.call('putApplication', { params: { name }, body: one }); break;
      case 'Environment': await world.call('putEnvironment', { params: { name }, body: one }); break;
      case 'Release': await world.call('putRelease', { params: { application: one.spec.application, name }, body: one }); break;
    }
  }
}

/** How a story went from a moment on: what is wrong at its end, what the sweep had to repair, and how long it took in seconds and commits. */
export type Told = { readonly violations: readonly string[]; readonly repairs: readonly string[]; readonly seconds: number; readonly commits: number; readonly troubles: readonly string[] };

/** Tells a story from a moment to its end; the moment stays as it is. */
export async function tell(folders: Folders, from: Moment, scenario: Scenario, more: Pick<WorldOptions, 'disorder' | 'onCommit'> & { readonly downtimeSeconds?: number } = {}): Promise<Told> {
  const { folder, outside } = await copyOf(folders, from);
  outside.now = new Date(Date.parse(outside.now) + (more.downtimeSeconds ?? 0) * 1000 + SHORTEST_DOWNTIME_MILLISECONDS).toISOString();
  const world = await World.open({ folder, outside, script: scenario, ...more });
  try {
    const seconds = await world.passToEnd(LONGEST_STORY_SECONDS);
    const { commits } = world;
    await passAfterwards(world);
    return { violations: await violationsOf(world, folder, scenario), repairs: await repairsOf(world), seconds, commits, troubles: world.troubles.map(String) };
  } finally {
    await world.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Until the sweep has looked, and nothing is left that is to be tried again. */
async function passAfterwards(world: World): Promise<void> {
  for (let seconds = 0; seconds < LONGEST_RETRIES_SECONDS; seconds += AFTERWARDS_SECONDS) {
    await world.pass(AFTERWARDS_SECONDS, 10);
    const { deliveries, dueTimers, tasks } = await world.engine.counts();
    if (deliveries === 0 && dueTimers === 0 && tasks === 0) return;
  }
}

/** The most that a life lasts, in commits, and how often the control plane dies before it is let live. */
const LONGEST_LIFE_COMMITS = 150;
const DEATHS = 5;

/** Tells a story in disorder and through several crashes, all by the chance of a seed. */
export async function tellThroughCrashes(folders: Folders, from: Moment, scenario: Scenario, seed: number): Promise<Told> {
  const chance = new Chance(seed);
  const { folder, outside } = await copyOf(folders, from);
  for (let death = 1; death <= DEATHS; death += 1) {
    const last = 1 + chance.below(LONGEST_LIFE_COMMITS);
    try {
      const world = await World.open({ folder, outside, script: scenario, disorder: disorderOf(chance), onCommit: (commit) => commit < last });
      await world.passToEnd(LONGEST_STORY_SECONDS);
      await world.close();
      break;
    } catch (error) {
      if (!(error instanceof Crashed)) throw error;
    }
    outside.now = new Date(Date.parse(outside.now) + SHORTEST_DOWNTIME_MILLISECONDS + 1000 * chance.below(30)).toISOString();
  }
  const told = await tell(folders, { folder, outside }, scenario, { disorder: disorderOf(chance) });
  await rm(folder, { recursive: true, force: true });
  return told;
}

/** Tells a story once and keeps the moments after the commits that are wanted, each as a crash would leave it. */
export async function momentsOf(folders: Folders, from: Moment, scenario: Scenario, wanted: ReadonlySet<number>): Promise<ReadonlyMap<number, Moment>> {
  const moments = new Map<number, Moment>();
  const kept = await folders.make();
  const { folder, outside } = await copyOf(folders, from);
  const world = await World.open({ folder, outside, script: scenario, onCommit: (commit) => {
    if (!wanted.has(commit)) return true;
    const copy = join(kept, String(commit));
    copyFolder(folder, copy);
    moments.set(commit, { folder: copy, outside: structuredClone(outside) });
    return true;
  } });
  await world.passToEnd(LONGEST_STORY_SECONDS);
  await world.close();
  await rm(folder, { recursive: true, force: true });
  return moments;
}

/** A copy of a moment, to go on from; the moment stays as it is. */
export async function copyOf(folders: Folders, moment: Moment): Promise<Moment> {
  const folder = await folders.make();
  await cp(moment.folder, folder, { recursive: true });
  return { folder, outside: structuredClone(moment.outside) };
}

/** The file and its log as they are between two commits; the lock is the process's own. */
function copyFolder(from: string, to: string): void {
  cpSync(from, to, { recursive: true, filter: (file) => basename(file) !== LOCK_FILE && !file.endsWith('-shm') });
}

/** A story by its name. */
export function scenarioNamed(name: string): Scenario {
  const found = scenarios.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no scenario is named ${name}`);
  return found;
}
