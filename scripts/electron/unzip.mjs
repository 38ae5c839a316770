import { createWriteStream } from 'node:fs';
import { chmod, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import yauzl from 'yauzl';

const FILE_TYPE_MASK = 0o170000;
const REGULAR_FILE = 0o100000;
const PERMISSIONS_MASK = 0o777;

/**
 * Unpacks a part of a zip file, keeping file modes.
 *
 * @param {string} zipPath
 * @param {string} destination
 * @param {object} options
 * @param {(name: string) => string | undefined} options.placeFor where an entry goes below `destination`; undefined
 *   leaves it out
 * @param {(percent: number) => void} [options.onProgress]
 */
export async function unzip(zipPath, destination, { placeFor, onProgress }) {
  const zip = await yauzl.openPromise(zipPath, { autoClose: false });
  try {
    const files = await selectFiles(zip, placeFor);
    const totalBytes = files.reduce((sum, { entry }) => sum + entry.uncompressedSize, 0);
    let doneBytes = 0;
    for (const { entry, place } of files) {
      await extract(zip, entry, join(destination, place));
      doneBytes += entry.uncompressedSize;
      onProgress?.(Math.floor((100 * doneBytes) / totalBytes));
    }
  } finally {
    zip.close();
  }
}

/**
 * @param {yauzl.ZipFile} zip
 * @param {(name: string) => string | undefined} placeFor
 */
async function selectFiles(zip, placeFor) {
  const files = [];
  for await (const entry of zip.eachEntry()) {
    const place = entry.fileName.endsWith('/') ? undefined : placeFor(entry.fileName);
    if (place !== undefined) files.push({ entry, place });
  }
  return files;
}

/**
 * @param {yauzl.ZipFile} zip
 * @param {yauzl.Entry} entry
 * @param {string} target
 */
async function extract(zip, entry, target) {
  // Zips made on Unix carry st_mode in the upper half of the external attributes.
  const mode = entry.externalFileAttributes >>> 16;
  if ((mode & FILE_TYPE_MASK) !== REGULAR_FILE) throw new Error(`${entry.fileName} is not a regular file`);
  await mkdir(dirname(target), { recursive: true });
  await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(target));
  await chmod(target, mode & PERMISSIONS_MASK);
}
