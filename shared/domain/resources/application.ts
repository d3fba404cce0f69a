import * as z from 'zod';

import { resourceName, seconds } from '#domain/resources/names';
import { strategyOverrides } from '#domain/resources/strategy';

/** What kinds of component there are: a service takes traffic; a function is invoked; a worker pulls its work; an extension supports another component. */
export const componentType = z.enum(['service', 'function', 'worker', 'extension']);

/** The states a component goes through on one target. */
export const componentState = z.enum(['Registered', 'Deploying', 'Running', 'Scaling', 'Updating', 'Stopping', 'Stopped', 'Failed']);

/** One variable of a component's environment: a literal value, or the name of a secret whose value only the target sees. */
export const environmentVariable = z.union([
  z.strictObject({ name: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, 'must be a name of letters, digits and underscores'), value: z.string().max(8192) }),
  z.strictObject({
    name: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, 'must be a name of letters, digits and underscores'),
    valueFrom: z.strictObject({ secret: resourceName }),
  }),
], { error: 'must be a text ({name, value: "…"}) or from a secret ({name, valueFrom: {secret: …}})' });

/** How a target finds out that an instance is ready and stays healthy: an HTTP GET that must answer 2xx or 3xx. */
export const healthCheck = z.strictObject({
  path: z.string().regex(/^\/[\x21-\x7e]*$/, 'must begin with "/" and hold visible ASCII characters only, others percent-encoded').max(512).default('/'),
  intervalSeconds: z.int().min(1).max(300).default(1),
  timeoutSeconds: z.int().min(1).max(60).default(2),
  /** Checks in a row that must pass before an instance takes traffic. */
  healthyThreshold: z.int().min(1).max(20).default(1),
  /** Checks in a row that must fail before a running instance counts as unhealthy. */
  unhealthyThreshold: z.int().min(1).max(20).default(3),
  /** How long an instance may take until it first passes. */
  startupSeconds: z.int().min(1).max(3600).default(60),
});

/** A part of an application with a lifecycle, resources, health check and scaling of its own. */
export const component = z.strictObject({
  name: resourceName,
  type: componentType.default('service'),
  /** The port that clients use; on an agent's target the proxy listens here. Needed by a service. */
  port: z.int().min(0).max(65_535).optional(),
  healthCheck: healthCheck.optional(),
  environment: z.array(environmentVariable).max(200).default([]),
  replicas: z.int().min(0).max(1000).default(1),
  /**
   * What one instance needs, thousandths of a CPU and memory: reserved on the target, which the check `capacity` looks at. Memory is also the
   * limit of an instance. On an agent's target its use is looked at once a second, and one that uses more is ended and started again.
   */
  resources: z.strictObject({ cpuMillis: z.int().min(1).max(1_000_000).optional(), memoryMebibytes: z.int().min(1).max(10_000_000).optional() }).optional(),
  /** The bounds of `replicas`. An agent's target does not scale by load within them; the check `scaling` says so. */
  scaling: z.strictObject({ minReplicas: z.int().min(0).max(1000), maxReplicas: z.int().min(1).max(1000), targetCpuPercent: z.int().min(1).max(100).optional() }).optional(),
  /** Components that must run before this one. */
  dependencies: z.array(resourceName).max(50).default([]),
  /** Keeps a client on the side it met first: by a cookie that the proxy sets, or by a request header that the client sends. */
  sticky: z.union([z.strictObject({ cookie: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/) }), z.strictObject({ header: z.string().regex(/^[A-Za-z0-9-]{1,64}$/) })], { error: 'must be by a cookie ({cookie: …}) or by a header ({header: …})' }).optional(),
  /** How long a stopping instance may finish what it has begun. */
  drainSeconds: seconds.max(3600).default(30),
});

/** What is deployed: components, and how its deployments differ from what the environment says. */
export const applicationSpec = z.strictObject({
  description: z.string().max(1000).optional(),
  components: z.array(component).min(1, 'must have at least one component').max(50),
  /** Overrides the environment's strategy parameters, field by field. */
  strategies: strategyOverrides.optional(),
});

export type ComponentType = z.infer<typeof componentType>;
export type ComponentState = z.infer<typeof componentState>;
export type Component = z.infer<typeof component>;
export type ApplicationSpec = z.infer<typeof applicationSpec>;

/** Whether a component of this type stands behind a router that splits its traffic. */
export function takesTraffic(type: ComponentType): boolean {
  return type === 'service' || type === 'function';
}
