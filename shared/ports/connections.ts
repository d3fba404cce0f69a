/** Tells subscribers that something happened. Who is subscribed is the engine's matter. */
export interface Connections {
  /** Tells the agents that are subscribed to a target's work that commands wait. Best effort: agents also ask by themselves. */
  announceWork(tenant: string, target: string): Promise<void>;
  /** Closes all connections that were opened with a tenant's key, within a minute; one without connections is no error. */
  closeKey(tenant: string, key: string): Promise<void>;
}
