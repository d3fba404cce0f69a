import * as z from 'zod';

import { boundsInWords } from '#contracts/bounds';
import { resourceExamples, targetStatusExample } from '#contracts/http/resource-examples';
import { pageOf, pageQuery, route } from '#contracts/http/route';
import { targetStatus } from '#contracts/views';
import { releaseName, resourceName } from '#domain/resources/names';
import {
  analysisTemplateResource, applicationResource, environmentResource, releaseResource, resourceKinds, targetResource,
} from '#domain/resources/resource';
import type { ResourceKind } from '#domain/resources/resource';
import { provider } from '#domain/resources/target';

const named = z.strictObject({ name: resourceName });
const ofApplication = z.strictObject({ application: resourceName });
const releaseNamed = z.strictObject({ application: resourceName, name: releaseName });

/** A stored resource: the document, its version (also the ETag) and when it was last changed. */
function stored<Document extends z.ZodObject>(document: Document) {
  return z.strictObject({ ...document.shape, version: z.int(), updatedAt: z.iso.datetime() }) as z.ZodObject<Document['shape'] & { version: z.ZodInt; updatedAt: z.ZodISODateTime }, z.core.$strict>;
}

/** Only what carries this label. */
const label = z.string().regex(/^[^=]{1,63}=[\s\S]{0,255}$/u, 'must be a label as "key=value"').optional().meta({ example: 'team=checkout' });

function routesOf<Document extends z.ZodObject, Params extends z.ZodObject, ListParams extends z.ZodObject, Filters extends z.ZodRawShape>(
  words: { readonly kind: ResourceKind; readonly one: string; readonly path: string; readonly example: { readonly body: unknown; readonly response: unknown } },
  document: Document,
  params: { readonly one: Params; readonly list: ListParams; readonly filters: Filters },
) {
  const answer = stored(document);
  const many = words.path.slice(words.path.lastIndexOf('/') + 1).replaceAll('-', ' ');
  return {
    put: route({ method: 'PUT', path: `${words.path}/{name}`, permission: 'resource:write', summary: `Make or replace ${words.one}`, description: boundsInWords(words.kind), params: params.one, body: document, response: answer, versioned: true, problems: ['conflict', 'rule-broken', 'unknown-reference', 'precondition-failed'], examples: words.example }),
    get: route({ method: 'GET', path: `${words.path}/{name}`, permission: 'resource:read', summary: `Get ${words.one}`, params: params.one, response: answer, versioned: true, problems: ['not-found'], examples: { response: words.example.response } }),
    list: route({ method: 'GET', path: words.path, permission: 'resource:read', summary: params.list.shape.application === undefined ? `List ${many}` : `List the ${many} of an application`, params: params.list, query: z.strictObject({ ...pageQuery, label, ...params.filters }), response: pageOf(answer), problems: params.list.shape.application === undefined ? [] : ['not-found'], examples: { response: { items: [words.example.response] } } }),
    remove: route({ method: 'DELETE', path: `${words.path}/{name}`, permission: 'resource:write', summary: `Delete ${words.one}`, params: params.one, status: 204, response: z.null(), versioned: true, problems: ['not-found', 'in-use', 'precondition-failed'] }),
  };
}

const none = z.strictObject({});
const applications = routesOf({ kind: 'Application', one: 'an application', example: resourceExamples.application, path: `/v1/${resourceKinds.Application.plural}` }, applicationResource, { one: named, list: none, filters: {} });
const environments = routesOf({ kind: 'Environment', one: 'an environment', example: resourceExamples.environment, path: `/v1/${resourceKinds.Environment.plural}` }, environmentResource, { one: named, list: none, filters: { target: resourceName.optional() } });
const targets = routesOf({ kind: 'Target', one: 'a target', example: resourceExamples.target, path: `/v1/${resourceKinds.Target.plural}` }, targetResource, { one: named, list: none, filters: { provider: provider.optional() } });
const releases = routesOf({ kind: 'Release', one: 'a release', example: resourceExamples.release, path: `/v1/${resourceKinds.Application.plural}/{application}/${resourceKinds.Release.plural}` }, releaseResource, { one: releaseNamed, list: ofApplication, filters: {} });
const analysisTemplates = routesOf({ kind: 'AnalysisTemplate', one: 'an analysis template', example: resourceExamples.analysisTemplate, path: `/v1/${resourceKinds.AnalysisTemplate.plural}` }, analysisTemplateResource, { one: named, list: none, filters: {} });

/** The routes of all kinds of resource. */
export const resourceRoutes = {
  putApplication: applications.put, getApplication: applications.get, listApplications: applications.list, deleteApplication: applications.remove,
  putEnvironment: environments.put, getEnvironment: environments.get, listEnvironments: environments.list, deleteEnvironment: environments.remove,
  putTarget: targets.put, getTarget: targets.get, listTargets: targets.list, deleteTarget: targets.remove,
  putRelease: releases.put, getRelease: releases.get, listReleases: releases.list, deleteRelease: releases.remove,
  listAllReleases: route({
    method: 'GET', path: `/v1/${resourceKinds.Release.plural}`, permission: 'resource:read', summary: 'List the releases of all applications, by application and name',
    query: z.strictObject({ ...pageQuery, label, application: resourceName.optional() }), response: pageOf(stored(releaseResource)), examples: { response: { items: [resourceExamples.release.response] } },
  }),
  putAnalysisTemplate: analysisTemplates.put, getAnalysisTemplate: analysisTemplates.get, listAnalysisTemplates: analysisTemplates.list, deleteAnalysisTemplate: analysisTemplates.remove,
  getTargetStatus: route({ method: 'GET', path: '/v1/targets/{name}/status', permission: 'resource:read', summary: 'Get a target\'s health and what serves there', params: named, response: targetStatus, versioned: true, problems: ['not-found'], examples: { response: targetStatusExample } }),
} as const;
