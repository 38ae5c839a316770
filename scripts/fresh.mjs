import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { root } from './lib.mjs';

/**
 * Whether files are there and newer than all they are made from.
 * @param {readonly string[]} outputs paths in the repository
 * @param {readonly string[]} sources files, and folders with all that is in them
 */
export function isFresh(outputs, sources) {
  return outputs.length > 0 && newest(sources) <= oldest(outputs);
}

/** The same of `dist`. */
export function isDistFresh() {
  return isFresh(
    // The types come last, those for CommonJS at the very end.
    ['dist/esm/main/electron/index.d.ts', 'dist/cjs/main/electron/index.d.ts'],
    ['core', 'main', 'ipc', 'preload', 'renderer', 'testing', 'scripts/build.mjs', 'package.json'],
  );
}

function oldest(files) {
  return Math.min(
    ...files.map((file) => statSync(path.join(root, file), { throwIfNoEntry: false })?.mtimeMs ?? 0),
  );
}

function newest(places) {
  const files = places.flatMap((place) => {
    const full = path.join(root, place);
    if (!statSync(full).isDirectory()) return [full];
    return readdirSync(full, { recursive: true }).map((file) => path.join(full, String(file)));
  });
  return Math.max(...files.map((file) => statSync(file).mtimeMs));
}
