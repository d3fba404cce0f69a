import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { parseDeploymentEvent, loadDeployment } from '#application/deployments/load-deployment';
import { summaryOf } from '#application/deployments/view';
import { TERMINAL_EVENTS } from '#domain/deployment/events';
import type { DeploymentEvent } from '#domain/deployment/events';
import type { StoredEvent } from '#ports/event-store';
import { consumersOf } from '#standalone/bus-matching';
import { DATABASE_FILE } from '#standalone/data-file';

import type { Scenario } from './scenarios.ts';
import type { World } from './world.ts';

/** What must be empty once everything has ended, by a query that says what is there. */
const mustBeEmpty = {
  'parked token': 'SELECT wait AS found FROM parked_tokens',
  'running execution': "SELECT name AS found FROM executions WHERE status = 'RUNNING'",
  'wake of an ended execution': 'SELECT name AS found FROM executions WHERE wake_ms IS NOT NULL',
  'call of a machine': 'SELECT task AS found FROM execution_tasks',
  'held lease': 'SELECT holder AS found FROM leases WHERE holder IS NOT NULL',
  'place in the queue': 'SELECT deployment AS found FROM lease_queue',
  'delivery that is not done': "SELECT consumer || ' of ' || stream || ' ' || version || ': ' || coalesce(reason, '') AS found FROM deliveries",
  'delivery that was given up': "SELECT consumer || ' of ' || stream || ' ' || version || ': ' || reason AS found FROM failed_deliveries",
  // The last moment of a clean-up is a week away; that it was done is in the stream.
  'timer': "SELECT id AS found FROM timers WHERE id NOT LIKE 'cleanup/%'",
  'timer that was given up': "SELECT id || ': ' || reason AS found FROM failed_timers",
  'command in an inbox': "SELECT key AS found FROM read_models WHERE model = 'commands'",
  'event that was not relayed': 'SELECT type AS found FROM events WHERE position > (SELECT position FROM relay)',
} as const;

/** The release that serves when a story begins was deployed as well. */
const DEPLOYED_BEFORE = 1;

/** Everything that is not as it must be after the end of a scenario, in words; nothing when all is well. */
export async function violationsOf(world: World, folder: string, scenario: Scenario): Promise<readonly string[]> {
  const feed = await world.engine.ports.events.readFeed('default', undefined, 1000);
  const deployments = Object.keys(world.outside.asked);
  const perDeployment = await Promise.all(deployments.map(async (release) => await deploymentViolations(world, release, scenario)));
  return [
    ...leftovers(folder),
    ...perDeployment.flat(),
    ...requestViolations(feed, deployments),
    ...targetViolations(world, scenario),
    ...feed.flatMap((event) => consumersOf(event).filter((consumer) => world.outside.consumed[`${event.stream} ${event.version} ${consumer}`] !== true).map((consumer) => `${event.type} of ${event.stream} was never given to ${consumer}`)),
  ];
}

/** What the sweep had to repair: nothing, where each thing is done again until it has succeeded. */
export async function repairsOf(world: World): Promise<readonly string[]> {
  const feed = await world.engine.ports.events.readFeed('default', undefined, 1000);
  return feed.filter((event) => event.type === 'SweepFound').map((event) => `the sweep had to repair: ${JSON.stringify(event.payload)}`);
}

function leftovers(folder: string): readonly string[] {
  const file = new DatabaseSync(join(folder, DATABASE_FILE), { readOnly: true });
  try {
    return Object.entries(mustBeEmpty).flatMap(([what, query]) => file.prepare(query).all().map((row) => `${what} left: ${String(row['found'])}`));
  } finally {
    file.close();
  }
}

async function deploymentViolations(world: World, release: string, scenario: Scenario): Promise<readonly string[]> {
  const id = world.outside.asked[release] ?? '';
  const context = world.engine.contextOf('default');
  const loaded = await loadDeployment(context, id);
  if (loaded === undefined) return [`${release} was answered with ${id}, which does not exist`];
  const events = (await context.ports.events.read({ tenant: 'default', stream: `deployment/${id}` })).map(parseDeploymentEvent);
  const wanted = scenario.ends[release];
  const shown = await context.ports.readModels.get('default', 'deployments', id);
  return [
    ...(loaded.state.name === wanted ? [] : [`${release} ended as ${loaded.state.name} and not as ${wanted}: ${loaded.state.reason}`]),
    ...(JSON.stringify(shown?.document) === JSON.stringify(summaryOf(loaded.state, loaded.version)) ? [] : [`the read model of ${release} shows ${JSON.stringify(shown?.document)}`]),
    ...more(events.filter((one) => TERMINAL_EVENTS.some((type) => type === one.type)), () => 'the end', release),
    ...more(events, (one) => (one.type === 'StepDispatched' ? `dispatch ${one.payload.step} attempt ${one.payload.attempt}` : undefined), release),
    ...more(events, (one) => (one.type === 'CommandReported' ? `report of ${one.payload.command}` : undefined), release),
    ...more(events, (one) => (one.type === 'WaitStarted' ? `wait ${one.payload.step}` : undefined), release),
    ...more(events, (one) => (one.type === 'StepSucceeded' || one.type === 'StepSkipped' ? `end of ${one.payload.step}` : undefined), release),
    ...more(events, (one) => (['DeploymentPlanned', 'RollbackStarted', 'AbortRequested', 'CleanupFinished', 'PromotedFully'].includes(one.type) ? one.type : undefined), release),
  ];
}

/** What happened more than once, by a name of what may happen once. */
function more(events: readonly DeploymentEvent[], nameOf: (event: DeploymentEvent) => string | undefined, release: string): readonly string[] {
  const named = Map.groupBy(events, nameOf);
  return [...named].flatMap(([name, found]) => (name !== undefined && found.length > 1 ? [`${release}: ${name} is in the stream ${found.length} times`] : []));
}

function requestViolations(feed: readonly StoredEvent[], deployments: readonly string[]): readonly string[] {
  const requested = feed.filter((event) => event.type === 'DeploymentRequested').length - DEPLOYED_BEFORE;
  return requested === deployments.length ? [] : [`${requested} deployments were requested, and ${deployments.length} asked for`];
}

function targetViolations(world: World, scenario: Scenario): readonly string[] {
  return world.outside.agents.flatMap(({ name, pending, target }) => [
    ...Object.entries(scenario.runs).flatMap(([component, wanted]) => (target.runs[component] === wanted ? [] : [`${component} on ${name} runs ${target.runs[component] ?? 'nothing'} and not ${wanted}`])),
    ...pending.map((report) => `the report of ${report.command} was never taken`),
    ...target.applied.flatMap((one, index) => {
      const higher = target.applied.slice(0, index).find((before) => before.application === one.application && before.generation > one.generation);
      return higher === undefined ? [] : [`${one.command} of generation ${one.generation} was done after ${higher.command} of ${higher.generation} on ${name}`];
    }),
    ...[...Map.groupBy(target.applied, (one) => one.command)].flatMap(([command, times]) => (times.length > 1 ? [`${command} was done ${times.length} times`] : [])),
  ]);
}
