/** Keys are listed by role and by target; each index ends with the id, in whose order they are listed. */
export const filtersSchema = `
  CREATE INDEX api_keys_role ON api_keys (tenant, role, id);
  CREATE INDEX api_keys_target ON api_keys (tenant, target, id) WHERE target IS NOT NULL;
`;
