import path from 'node:path';

/** A file of the demo as it is handed out, packaged by scripts/package-demo.mjs: `roamkit-demo` is its executable. */
export function packagedDemo(...names: readonly string[]): string {
  const folder = process.env['ROAMKIT_PACKAGED_DEMO'];
  if (folder === undefined) throw new Error('run the end-to-end tests with `npm run test:e2e`');
  return path.join(folder, 'linux-unpacked', ...names);
}
