'use strict';

// One CommonJS file that both builds import as `#native`: it finds the prebuilt or locally built addon beside
// package.json, whichever build is running. Loading is a call, so that importing roamkit never throws.
const path = require('node:path');
const load = require('node-gyp-build');

exports.loadNative = () => load(path.join(__dirname, '..'));
