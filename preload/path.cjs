'use strict';

// One CommonJS file that both builds import as `#preload-path`: only it knows where it stands, whichever build is
// running. The files it points to are those that sessions are given, bundled so that they run sandboxed.
const path = require('node:path');

exports.preloadPath = path.join(__dirname, '../dist/preload/roamkit-preload.cjs');
exports.onLinePreloadPath = path.join(__dirname, '../dist/preload/roamkit-on-line.cjs');
