import * as z from 'zod';

import { analysisTemplateSpec } from '#domain/resources/analysis-template';
import { applicationSpec } from '#domain/resources/application';
import { environmentSpec } from '#domain/resources/environment';
import { releaseName, resourceName } from '#domain/resources/names';
import { releaseSpec } from '#domain/resources/release';
import { targetSpec } from '#domain/resources/target';

/** The version of the resources' form, as every document names it. */
export const API_VERSION = 'sluice.dev/v1';

/** Every kind of resource: its plural in paths, and the schema of its name and spec. A new kind is added here. */
export const resourceKinds = {
  Application: { plural: 'applications', name: resourceName, spec: applicationSpec },
  Environment: { plural: 'environments', name: resourceName, spec: environmentSpec },
  Target: { plural: 'targets', name: resourceName, spec: targetSpec },
  Release: { plural: 'releases', name: releaseName, spec: releaseSpec },
  AnalysisTemplate: { plural: 'analysis-templates', name: resourceName, spec: analysisTemplateSpec },
} as const;

export type ResourceKind = keyof typeof resourceKinds;

export const resourceKind = z.enum(['Application', 'Environment', 'Target', 'Release', 'AnalysisTemplate']) satisfies z.ZodType<ResourceKind>;

/** The most labels of one document: each is an entry of its own in an index, written with it. */
const MAXIMUM_LABELS = 50;

const labels = z.record(z.string().max(63), z.string().max(255))
  .refine((given) => Object.keys(given).length <= MAXIMUM_LABELS, `must have at most ${MAXIMUM_LABELS} labels`)
  .meta({ maxProperties: MAXIMUM_LABELS });

const resourceOf = <Kind extends ResourceKind, Name extends z.ZodType, Spec extends z.ZodType>(kind: Kind, name: Name, spec: Spec) =>
  z.strictObject({
    apiVersion: z.literal(API_VERSION, { error: `must be "${API_VERSION}"` }),
    kind: z.literal(kind),
    metadata: z.strictObject({ name, labels: labels.optional() }),
    spec,
  });

export const applicationResource = resourceOf('Application', resourceName, applicationSpec);
export const environmentResource = resourceOf('Environment', resourceName, environmentSpec);
export const targetResource = resourceOf('Target', resourceName, targetSpec);
export const releaseResource = resourceOf('Release', releaseName, releaseSpec);
export const analysisTemplateResource = resourceOf('AnalysisTemplate', resourceName, analysisTemplateSpec);

/** Any resource document, told apart by its kind. */
export const resource = z.discriminatedUnion('kind', [applicationResource, environmentResource, targetResource, releaseResource, analysisTemplateResource], {
  error: `must be one of ${Object.keys(resourceKinds).join(', ')}`,
});

export type Resource = z.infer<typeof resource>;
export type ApplicationResource = z.infer<typeof applicationResource>;
export type EnvironmentResource = z.infer<typeof environmentResource>;
export type TargetResource = z.infer<typeof targetResource>;
export type ReleaseResource = z.infer<typeof releaseResource>;
export type AnalysisTemplateResource = z.infer<typeof analysisTemplateResource>;
export type ResourceOf<Kind extends ResourceKind> = Extract<Resource, { kind: Kind }>;
