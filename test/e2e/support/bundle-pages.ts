import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const apps = fileURLToPath(new URL('../apps/', import.meta.url));
const bundled = new Map<string, Promise<string>>();

/** Where a test application's files are. */
export function appFile(...names: readonly string[]): string {
  return path.join(apps, ...names);
}

/**
 * Bundles what an application's windows run, as an application's own build would: pages with what they import of
 * roamkit, and preload scripts, which may require nothing but 'electron' in a sandbox.
 *
 * @returns the folder with HTML files, pages and preload scripts (`preload.cjs`); deleted when this process ends.
 */
export function bundlePages(app: string): Promise<string> {
  let folder = bundled.get(app);
  if (folder === undefined) {
    folder = bundleInto(mkdtempSync(path.join(tmpdir(), `roamkit-e2e-${app}-`)), appFile(app));
    bundled.set(app, folder);
  }
  return folder;
}

async function bundleInto(folder: string, source: string): Promise<string> {
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const files = readdirSync(source);
  for (const file of files.filter((name) => name.endsWith('.html'))) {
    copyFileSync(path.join(source, file), path.join(folder, file));
  }
  const scripts = files.filter((name) => name.endsWith('.js'));
  const [preloads, pages] = [true, false].map((isWanted) =>
    scripts.filter((name) => name.startsWith('preload') === isWanted).map((name) => path.join(source, name)),
  );
  const common = { bundle: true, platform: 'browser', target: 'chrome114', logLevel: 'error' } as const;
  await Promise.all([
    build({ ...common, entryPoints: pages ?? [], outdir: folder, format: 'iife' }),
    build({
      ...common,
      entryPoints: preloads ?? [],
      outdir: folder,
      format: 'cjs',
      outExtension: { '.js': '.cjs' },
      external: ['electron'],
    }),
  ]);
  return folder;
}
