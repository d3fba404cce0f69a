/**
 * Keys that were never revoked are counted. The key that signed cursors was kept among the engine's own secrets; it is derived now, and stored nowhere.
 */
export const boundsSchema = `
  CREATE INDEX api_keys_unrevoked ON api_keys (tenant, expires_at) WHERE revoked_at IS NULL;
  DELETE FROM secrets WHERE tenant = 'operator' AND name = 'cursor-key';
`;
