// Ends an npm script with a clear word where Node is too old, before anything that an old Node cannot read is loaded.
'use strict';

var needed = require('../bin/needed-node.cjs');

if (!needed.isNewEnough) {
  process.stderr.write(needed.complaint);
  process.exit(needed.COMPLAINT_EXIT_CODE);
}
