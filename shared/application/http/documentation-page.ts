export const DOCUMENTATION_POLICY = '';
