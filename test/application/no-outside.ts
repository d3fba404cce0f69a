const unavailable = async (): Promise<never> => await Promise.reject(new Error('the system under test has no outside'));

/** The operations of the service itself, for a system that nobody reaches from outside. */
export const noOutside = { getService: unavailable, createStreamTicket: unavailable, getOpenapi: unavailable, getHealth: unavailable, getReadiness: unavailable, getMetrics: unavailable, getDocumentation: unavailable };
