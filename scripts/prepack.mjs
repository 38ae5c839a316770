// Runs before `npm pack` and `npm publish`: the tarball holds the build of what lies here, and an addon for this platform.
import { isDistFresh } from './fresh.mjs';
import { root, run } from './lib.mjs';
import { prebuild } from './prebuild.mjs';

if (!isDistFresh() && !run(process.execPath, ['scripts/build.mjs', '--javascript'], { cwd: root })) {
  process.exit(1);
}
if (process.platform === 'linux') await prebuild();
