'use strict';

// One CommonJS file that both builds import as `#preload-path`: only it knows where it stands, whichever build is
// running. The file it points to is the one that sessions are given, bundled so that it runs sandboxed.
const path = require('node:path');

exports.preloadPath = path.join(__dirname, '../dist/preload/roamkit-preload.cjs');
