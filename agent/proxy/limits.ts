/** What bounds the proxy. Times are in seconds. */
export const limits = {
  /** Twice Node's default, since cookies and tokens grow; a larger head is answered with 431. */
  headerBytes: 32_768,
  /** Connections of clients at a time. Each costs about 20 kB: 200 MB at the most. More are refused and counted. */
  connections: 10_000,
  /** An instance on the same machine takes a connection at once, or has more waiting than it can take. */
  connectSeconds: 3,
  /** From the last byte sent to an instance to the first of its answer; long polls of a minute fit twice. */
  answerSeconds: 120,
  /** Without a byte in either direction for this long, a streamed answer or an upgraded connection is given up. */
  idleSeconds: 3600,
  /** How long a client may take for the head of a request, and for all of it: 1 GB within half an hour needs 4.4 Mbit/s. */
  headSeconds: 30,
  requestSeconds: 1800,
  /** How long a client's connection stays open between two requests; clients are told in `Keep-Alive`. */
  keepAliveSeconds: 30,
  /** An answer that lasts longer than this is counted while it lasts. */
  streamingSeconds: 1,
  /** A client that leaves sooner has changed its mind; one that waited longer got no answer from its release. */
  patienceSeconds: 1,
} as const;
