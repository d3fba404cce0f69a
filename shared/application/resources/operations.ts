import type { CallContext } from '#application/context';
import type { OperationHandlers } from '#application/handlers';
import type { PageQuery } from '#application/read-page';
import { deleteResource } from '#application/resources/delete-resource';
import { listResources } from '#application/resources/lists';
import type { ResourceFilters } from '#application/resources/lists';
import { loadResource } from '#application/resources/load-resource';
import type { LoadedResource } from '#application/resources/load-resource';
import { putResource } from '#application/resources/put-resource';
import { Failure } from '#contracts/errors';
import type { resourceRoutes } from '#contracts/http/resource-routes';
import { inWords } from '#domain/resources/reference';
import type { ResourceKind, ResourceOf } from '#domain/resources/resource';

type Path = { readonly name: string; readonly application?: string };
type Shown<Kind extends ResourceKind> = ResourceOf<Kind> & { version: number; updatedAt: string };

const put = <Kind extends ResourceKind>(kind: Kind) => async (context: CallContext, { params, body }: { readonly params: Path; readonly body: ResourceOf<Kind> }) => {
  const loaded = await putResource(context, { kind, ...params }, body);
  return { body: shown(loaded), version: loaded.version };
};

const get = <Kind extends ResourceKind>(kind: Kind) => async (context: CallContext, { params }: { readonly params: Path }) => {
  const reference = { kind, ...params };
  const loaded = await loadResource(context, reference);
  if (loaded === undefined) throw new Failure('not-found', `there is no ${inWords(reference)}`);
  return { body: shown(loaded), version: loaded.version };
};

const list = <Kind extends ResourceKind>(kind: Kind) => async (context: CallContext, { params, query }: { readonly params: Omit<Path, 'name'>; readonly query: PageQuery & ResourceFilters }) => {
  const { items, more } = await listResources(context, kind, { ...query, ...params });
  return { body: { items: items.map(shown), ...more } };
};

/** The releases of an application in the path, which must be there. */
const listReleases: OperationHandlers['listReleases'] = async (context, input) => {
  const reference = { kind: 'Application', name: input.params.application } as const;
  if ((await loadResource(context, reference)) === undefined) throw new Failure('not-found', `there is no ${inWords(reference)}`);
  return await list('Release')(context, input);
};

const remove = (kind: ResourceKind) => async (context: CallContext, { params }: { readonly params: Path }) => {
  await deleteResource(context, { kind, ...params });
  return { body: null };
};

/** The use cases behind the routes of resources; a target's status is with the agents. */
export const resourceOperations: Pick<OperationHandlers, Exclude<keyof typeof resourceRoutes, 'getTargetStatus'>> = {
  putApplication: put('Application'), getApplication: get('Application'), listApplications: list('Application'), deleteApplication: remove('Application'),
  putEnvironment: put('Environment'), getEnvironment: get('Environment'), listEnvironments: list('Environment'), deleteEnvironment: remove('Environment'),
  putTarget: put('Target'), getTarget: get('Target'), listTargets: list('Target'), deleteTarget: remove('Target'),
  putRelease: put('Release'), getRelease: get('Release'), listReleases, listAllReleases: list('Release'), deleteRelease: remove('Release'),
  putAnalysisTemplate: put('AnalysisTemplate'), getAnalysisTemplate: get('AnalysisTemplate'), listAnalysisTemplates: list('AnalysisTemplate'), deleteAnalysisTemplate: remove('AnalysisTemplate'),
};

function shown<Kind extends ResourceKind>({ resource, version, updatedAt }: LoadedResource<Kind>): Shown<Kind> {
  return { ...resource, version, updatedAt };
}
