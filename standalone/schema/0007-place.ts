/** Which file on which disk this was when it was last opened: a copy is another one, and is looked through before it is used. */
export const placeSchema = `
  CREATE TABLE place (only INTEGER PRIMARY KEY CHECK (only = 1), file TEXT NOT NULL) STRICT;
`;
