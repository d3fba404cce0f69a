import * as z from 'zod';

/**
 * A resource's name: a DNS label of RFC 1123, so that it can be a Kubernetes object's or a host's name unchanged.
 * 1 to 63 lower-case letters, digits and hyphens; begins and ends with a letter or digit.
 */
export const resourceName = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'must be 1 to 63 lower-case letters, digits or hyphens, beginning and ending with a letter or digit')
  .meta({ example: 'shop' });

/** A release's name, unique within its application: a semantic version or any tag of 1 to 63 letters, digits, `.`, `_`, `+` and `-`. */
export const releaseName = z
  .string()
  .regex(/^[A-Za-z0-9]([A-Za-z0-9._+-]{0,61}[A-Za-z0-9])?$/, 'must be 1 to 63 letters, digits, dots, underscores, pluses or hyphens, beginning and ending with a letter or digit')
  .regex(/^(?!.*\.\.)/, 'must not contain two dots in a row')
  .meta({ example: '1.4.2' });

/** A content digest, `sha256:` and 64 hexadecimal digits in lower case. */
export const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'must be "sha256:" followed by 64 lower-case hexadecimal digits');

/** A share of traffic on the new side: a whole number of percent, 0 to 100. */
export const weightPercent = z.int('must be a whole number').min(0, 'must be from 0 to 100').max(100, 'must be from 0 to 100').meta({ example: 10 });

/** A length of time in whole seconds, at most 30 days. */
export const seconds = z.int('must be a whole number of seconds').min(0).max(2_592_000, 'must be at most 2592000 (30 days)');

const COUNT_OR_PERCENT = 'must be a whole number or a percentage such as "25%"';

/** A count (whole number) or a share of one (`25%`). */
export const countOrPercent = z.union([
  z.int(COUNT_OR_PERCENT).min(0, COUNT_OR_PERCENT).max(10_000),
  z.string(COUNT_OR_PERCENT).regex(/^(100|[1-9]?[0-9])%$/, COUNT_OR_PERCENT),
]).meta({ example: '25%' });

/** An instant in ISO 8601 UTC, as `2026-11-21T13:42:52.000Z`. */
export const instant = z.iso.datetime();
