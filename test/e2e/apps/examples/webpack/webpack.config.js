const path = require('node:path');

const common = { mode: 'production', devtool: false, output: { path: path.join(__dirname, 'dist') } };

module.exports = [
  {
    ...common,
    target: 'electron-main',
    entry: { main: './src/main.js' },
    // It has a native addon, and a preload script beside its code.
    externals: { 'roamkit/main': 'commonjs roamkit/main' },
    // __dirname as it is where the bundle runs.
    node: { __dirname: false },
  },
  { ...common, target: 'electron-preload', entry: { preload: './src/preload.js' } },
  { ...common, target: 'web', entry: { page: './src/page.js' } },
];
