// Entry for Electron before 28, whose main process loads CommonJS only.
const Module = require('node:module');
const launch = require('./launch.cjs');

launch.startApplication((entry) => Module._load(entry, null, true));
