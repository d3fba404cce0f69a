import * as z from 'zod';

/**
 * The name of an installation, which the names of its stack, functions, machines, queues, tables and bucket begin with. The longest of these, the
 * bucket's, has the account and the region too, and may have 63 characters: 20 + "-blobs-" + 12 + "-" + at most 16.
 */
export const installationName = z.string().regex(/^[a-z][a-z0-9-]{0,19}$/, 'must be 1 to 20 lower-case letters, digits and dashes, beginning with a letter');

/** The name when none is chosen. */
export const DEFAULT_NAME = 'sluice';
