import * as z from 'zod';

/** A rate of requests that a stage may let in. The most is far above what any account may ask for, and its double still a whole number that API Gateway takes (32 bits). */
export const perSecond = z.int('must be a whole number').min(1, 'must be at least 1').max(1_000_000, 'must be at most 1000000');
