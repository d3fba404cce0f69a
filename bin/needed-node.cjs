// Which Node is needed, and where the one from npm lies. Read by Nodes of any age, hence in old syntax.
'use strict';

var path = require('node:path');

var NEEDED_MAJOR = 24;
var windows = process.platform === 'win32';
var packageName = 'node-' + (windows ? 'win' : process.platform) + '-' + process.arch;

/** Whether this very process runs on a Node that is new enough. */
exports.isNewEnough = Number(process.versions.node.split('.')[0]) >= NEEDED_MAJOR;

/** The path of the Node that came as an npm package, or null where none is installed. */
exports.bundledNode = function () {
  try {
    var folder = path.dirname(require.resolve(packageName + '/package.json'));
    return path.join(folder, 'bin', windows ? 'node.exe' : 'node');
  } catch (error) {
    if (error.code === 'MODULE_NOT_FOUND') return null;
    throw error;
  }
};

/** What to tell a person whose Node is too old. */
exports.complaint =
  'sluice needs Node ' + NEEDED_MAJOR + ' or newer; this is ' + process.version + '. ' +
  'Install Node ' + NEEDED_MAJOR + ' (https://nodejs.org), or let npm install the package ' + packageName + ', which it does unless optional dependencies are left out.\n';

/** The exit code for it: EX_SOFTWARE of sysexits.h. */
exports.COMPLAINT_EXIT_CODE = 70;
