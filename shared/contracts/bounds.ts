import type { ResourceKind } from '#domain/resources/resource';

/**
 * What one tenant may have at once, beside the rates of `rates.ts`: so that what it burdens the service with has an end, whoever asks. Both engines
 * have them from here, and the pages of the API name them.
 */

/**
 * Validations of one tenant that are under way at once. One waits up to 15 s for targets that do not answer, and holds the caller's request (on AWS one
 * of the account's concurrent executions, 1000 by default) as long: so a tenant holds 4 of these. Targets that do answer take a few tenths of a second,
 * so 4 at once are more than 10 validations per second. What was lost with its process counts for 60 s, twice the 29 s that a gateway waits for an answer.
 */
export const validationBound = { most: 4, heldSeconds: 60 } as const;

/** A bound of what is stored: the most of it in one tenant, or in one application, and why that is plenty. */
export type DocumentBound = { readonly many: string; readonly of: 'tenant' | 'application'; readonly most: number; readonly why: string };

/**
 * What a tenant may have stored at once, by kind. A document has at most 32 kB: all of a tenant's are at most 8 × 32 MB and 3.2 GB of releases, and as a
 * rule a hundredth of that.
 */
export const documentBounds = {
  Application: [{ many: 'applications', of: 'tenant', most: 1000, why: 'what some hundred teams look after' }],
  Environment: [{ many: 'environments', of: 'tenant', most: 1000, why: 'stages, each for some regions or customers' }],
  Target: [{ many: 'targets', of: 'tenant', most: 5000, why: 'the machines and clusters of a large company; who deletes a release looks at all of them' }],
  Release: [
    { many: 'releases', of: 'application', most: 10_000, why: 'ten a day for almost three years, and old ones can be deleted' },
    { many: 'releases', of: 'tenant', most: 100_000, why: 'a hundred for each of as many applications as there may be' },
  ],
  AnalysisTemplate: [{ many: 'analysis templates', of: 'tenant', most: 1000, why: 'one for each application' }],
  Secret: [{ many: 'secrets', of: 'tenant', most: 1000, why: 'one for each application; with 64 KiB each 64 MiB' }],
  ApiKey: [{ many: 'valid API keys', of: 'tenant', most: 6000, why: 'one for the agent of each target, and 1000 for people and pipelines; revoked and expired ones do not count' }],
} as const satisfies { readonly [Kind in ResourceKind | 'Secret' | 'ApiKey']: readonly DocumentBound[] };

/** The bounds of a kind as its routes say them. */
export function boundsInWords(kind: keyof typeof documentBounds): string {
  const words = documentBounds[kind].map(({ many, of, most }) => `${most} ${many} in one ${of}`);
  return `There may be ${words.join(', and ')}; one more is refused with \`conflict\`.`;
}
