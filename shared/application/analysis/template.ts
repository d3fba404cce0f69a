import type { Context } from '#application/context';
import { loadResource } from '#application/resources/load-resource';
import type { AnalysisTemplateSpec } from '#domain/resources/analysis-template';

/** An analysis template in the version that a plan names; later changes do not touch a running deployment. */
export async function loadTemplate(context: Context, reference: { readonly template: string; readonly templateVersion: number }): Promise<AnalysisTemplateSpec | undefined> {
  return (await loadResource(context, { kind: 'AnalysisTemplate', name: reference.template }, reference.templateVersion))?.resource.spec;
}
