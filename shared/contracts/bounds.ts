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
