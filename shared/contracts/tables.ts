/**
 * The two tables on DynamoDB; the app makes them by this, and tests too. Both have text keys `pk` and `sk`. Only the table of events has a stream.
 * What an item holds is the matter of the port that writes it (`shared/aws`); docs/decisions/0011-tables.md lists partitions and access patterns.
 */
export const tables = {
  events: {
    partitionKey: 'pk', sortKey: 'sk',
    /** Old images are not needed: events never change. */
    stream: 'NEW_IMAGE',
    /** Finds what was appended in an hour, for the sweep; keys only. */
    index: { name: 'by-time', partitionKey: 'hour', sortKey: 'place' },
  },
  state: {
    partitionKey: 'pk', sortKey: 'sk',
    /** Seconds since 1970 after which the table may remove an item. */
    timeToLive: 'expiresAt',
  },
} as const;
