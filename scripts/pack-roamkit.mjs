import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { npm } from './lib.mjs';

/**
 * Packs roamkit as it is published, into `FOLDER/roamkit.tgz`: applications in the folders beside it depend on
 * `file:../roamkit.tgz`.
 *
 * @param {string} folder
 * @throws {Error} where npm fails
 */
export function packRoamkit(folder) {
  mkdirSync(folder, { recursive: true });
  const scratch = mkdtempSync(path.join(folder, 'pack-'));
  npm(['pack', '--pack-destination', scratch]);
  const [tarball = ''] = readdirSync(scratch);
  renameSync(path.join(scratch, tarball), path.join(folder, 'roamkit.tgz'));
  rmSync(scratch, { recursive: true });
}
