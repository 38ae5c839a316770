import { spawnSync } from 'node:child_process';

/**
 * The newest version that a binary needs of each versioned library: `{ GLIBC: '2.17', GLIBCXX: '3.4.22', ... }`.
 * @param {string} file
 * @returns {Record<string, string>}
 * @throws {Error} without objdump (binutils), which comes with every compiler
 */
export function neededVersions(file) {
  const { stdout, status } = spawnSync('objdump', ['-T', file], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`objdump (binutils) cannot read ${file}`);
  /** @type {Record<string, string>} */
  const needed = {};
  for (const [, library = '', version = ''] of stdout.matchAll(/ \(([A-Z]+)_([\d.]+)\) /g)) {
    if (compareVersions(version, needed[library] ?? '0') > 0) needed[library] = version;
  }
  return needed;
}

/**
 * What of that is newer than `newest` allows, or not in it: `GLIBC_2.34`.
 * @param {Readonly<Record<string, string>>} needed
 * @param {Readonly<Record<string, string>>} newest
 */
export function tooNew(needed, newest) {
  return Object.entries(needed)
    .filter(([library, version]) => compareVersions(version, newest[library] ?? '0') > 0)
    .map(([library, version]) => `${library}_${version}`);
}

/**
 * By their numbers: 2.9 is older than 2.17.
 * @param {string} a
 * @param {string} b
 */
function compareVersions(a, b) {
  return a.localeCompare(b, 'en', { numeric: true });
}
