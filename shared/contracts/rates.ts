/**
 * How many requests of one tenant are let in: a tenant may make as many as four of its keys at full rate (`keyRate` of the HTTP settings). In one
 * process the API counts them, on AWS the gateway's usage plan does, for each tenant by itself.
 */
export const tenantRate = { burst: 800, perSecond: 200 } as const;

/**
 * How many samples of one tenant are taken in: each is a row of its own that is written, so they are counted one by one and not by the request. A target
 * with 10 components, two sides each, makes 20 in a second under traffic: 1000 per second are 50 such targets. A burst of 20 batches lets agents that
 * come back after an outage tell the last minutes at once. Counted for the whole system, on AWS in the table of states.
 */
export const sampleRate = { burst: 20_000, perSecond: 1000 } as const;

/**
 * How often one WebSocket may send a message. A client that reconnects subscribes to all it had at once, at most 100 topics; besides it pings every 5
 * minutes. So a burst of 200 and 20 per second after that is more than any client of ours sends.
 */
export const messageRate = { burst: 200, perSecond: 20 } as const;
