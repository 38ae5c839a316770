import { readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The version in the package.json that the running script belongs to; `unknown` where it was bundled away from it. */
export function packageVersion(script = process.argv[1]): string {
  // By way of the script: sources have no `import.meta`, since the same ones are built as CommonJS.
  for (let folder = folderOf(script); ; folder = dirname(folder)) {
    const manifest = readManifest(join(folder, 'package.json'));
    if (manifest?.name === 'roamkit') return manifest.version ?? 'unknown';
    if (dirname(folder) === folder) return 'unknown';
  }
}

interface Manifest {
  readonly name?: string;
  readonly version?: string;
}

function readManifest(file: string): Manifest | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Manifest | null;
  } catch {
    return null;
  }
}

// The script may have been started by a link in node_modules/.bin.
function folderOf(script: string | undefined): string {
  try {
    return dirname(realpathSync(script ?? '.'));
  } catch {
    return '/';
  }
}
