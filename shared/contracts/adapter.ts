import * as z from 'zod';

import { deploymentId } from '#domain/deployment/events';
import { component, componentState } from '#domain/resources/application';
import { releaseName, resourceName, weightPercent } from '#domain/resources/names';
import { artefact } from '#domain/resources/release';

/** One side of a component as it is to run: release, instances, artefact and the component's spec with its merged environment. */
export const sideSpec = z.strictObject({ release: releaseName, replicas: z.int().min(0), artefact, component });

/**
 * The wanted state of one component on one target. A side that is `null`, and any other release that still runs there, is to be stopped
 * (after its connections were drained). `weightPercent` is the new side's share of the traffic; with one side it is 0 or 100.
 */
export const desiredState = z.strictObject({ new: sideSpec.nullable(), stable: sideSpec.nullable(), weightPercent });

/** Amounts of what instances take of a target: thousandths of a CPU, and memory. */
export const resourceAmounts = z.strictObject({ cpuMillis: z.int().min(0), memoryMebibytes: z.int().min(0) });

/**
 * One step's work on one target and component.
 * - `check`: nothing is changed; says whether `desired` could be done here, each thing looked at by a named check of its own.
 * - `apply`: makes `desired` true in the order start and wait until ready → move traffic → drain → stop.
 * - `verify`: nothing is changed; says whether what `desired` names runs and is healthy, and under all traffic answers as clients ask it.
 * The id is `deployment/step/target/component`. The same id is done once, however often it arrives; a lower `generation`
 * than the target has seen for this application is refused (`check` carries 0 and is not fenced).
 */
export const command = z.strictObject({
  id: z.string().max(300),
  /** Whose step it is; `null` for what belongs to no stream: a check outside of a deployment, or what the sweep tells a target again. */
  deployment: deploymentId.nullable(),
  application: resourceName,
  target: resourceName,
  component: resourceName,
  verb: z.enum(['check', 'apply', 'verify']),
  generation: z.int().min(0),
  desired: desiredState,
  /**
   * With a `check` of one component per target: the most that all components of the application, old and new instances together, are to take
   * of the target at any moment of the plan. The target compares it with what it has and others have not reserved; it answers with `capacity`.
   */
  demand: resourceAmounts.optional(),
  /** After this instant (ISO 8601 UTC) nobody waits for the report. */
  deadline: z.iso.datetime(),
});

/** The values of the secrets that a command's environment names; handed over beside the command, never stored with it. */
export const secretValues = z.record(resourceName, z.string());

/**
 * What a target found in one respect, in answer to a `check`.
 * - `artefact`: what is to be run is there, and is what the release names by digest.
 * - `permission`: it may be run here, with the variables that it sets.
 * - `port`: the port on which clients are to reach it is free, or its own. Left out where it has none.
 * - `capacity`: the command's `demand` fits. Left out where the command has none.
 * - `scaling`: whether the target scales the component by load. Left out where its replicas are fixed.
 */
export const targetCheck = z.strictObject({ check: z.enum(['artefact', 'permission', 'port', 'capacity', 'scaling']), outcome: z.enum(['passed', 'failed', 'skipped']), reason: z.string().max(1000) });

/** How a command ended. `superseded` tells that a higher generation was seen: nothing was done. `checks` come with the answer to a `check`; it succeeded when none of them failed. */
export const report = z.strictObject({
  command: z.string().max(300),
  outcome: z.enum(['succeeded', 'failed', 'superseded']),
  reason: z.string().max(2000),
  checks: z.array(targetCheck).max(5).optional(),
});

/** What an adapter answers within 10 s: the end, or when to ask again. To a `check` it answers with `checks`, each of them once. */
export type AdapterAnswer =
  | { readonly state: 'done'; readonly reason: string; readonly checks?: readonly TargetCheck[] }
  | { readonly state: 'failed'; readonly reason: string; readonly superseded?: boolean; readonly checks?: readonly TargetCheck[] }
  | { readonly state: 'pending'; readonly checkAfterSeconds: number; readonly reason: string };

/** What is known of a component's release on a target. */
export const componentHealth = z.strictObject({
  application: resourceName,
  component: resourceName,
  release: releaseName,
  state: componentState,
  replicas: z.int().min(0),
  readyReplicas: z.int().min(0),
  reason: z.string().max(2000),
  /** The release's share of the component's traffic as it is routed now, in percent. Left out where the target routes none of it (a worker, or nothing is routed yet), and by agents that do not tell it. */
  weightPercent: weightPercent.optional(),
});

/** As many applications as a target can have components. */
const MAXIMUM_GENERATIONS = 1000;

/** What a target says of itself. */
export const targetFacts = z.strictObject({
  version: z.string().max(64),
  /** The names under which the target's host is known to clients. */
  addresses: z.array(z.string().max(255)).max(20),
  /** What may run here; for an agent the executables of its allow list. */
  allow: z.array(z.string().max(4096)).max(200),
  components: z.array(componentHealth).max(1000),
  /**
   * The highest generation that the target has seen of each application. Who tells them also tells all that runs with its share of the traffic, so that
   * it can be compared with what should be; an agent of an earlier version leaves them out.
   */
  generations: z.record(resourceName, z.int().min(0)).refine((known) => Object.keys(known).length <= MAXIMUM_GENERATIONS, `must not name more than ${MAXIMUM_GENERATIONS} applications`).meta({ maxProperties: MAXIMUM_GENERATIONS }).optional(),
});

export type SideSpec = z.infer<typeof sideSpec>;
export type DesiredState = z.infer<typeof desiredState>;
export type Command = z.infer<typeof command>;
export type SecretValues = z.infer<typeof secretValues>;
export type ResourceAmounts = z.infer<typeof resourceAmounts>;
export type TargetCheck = z.infer<typeof targetCheck>;
export type Report = z.infer<typeof report>;
export type ComponentHealth = z.infer<typeof componentHealth>;
export type TargetFacts = z.infer<typeof targetFacts>;
