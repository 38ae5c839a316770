import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { CONTRACT_VERSION } from '../../../ipc/contract-version.js';

const apps = fileURLToPath(new URL('../apps/', import.meta.url));
const bundled = new Map<string, Promise<string>>();

/** Where a test application's files are; an absolute path stays what it is. */
export function appFile(...names: readonly string[]): string {
  return path.resolve(apps, ...names);
}

/** What windows run that is of another version of roamkit than the main process: `0.0`. */
export type OtherVersion = 'page' | 'preload' | 'both';

/**
 * Bundles what an application's windows run, as an application's own build would: pages with what they import of
 * roamkit, and preload scripts, which may require nothing but 'electron' in a sandbox.
 *
 * @returns the folder with HTML files, style sheets, pages and preload scripts (`preload.cjs`); deleted when this process ends.
 */
export function bundlePages(app: string, other?: OtherVersion): Promise<string> {
  const key = `${app}/${other}`;
  let folder = bundled.get(key);
  if (folder === undefined) {
    folder = bundleInto(mkdtempSync(path.join(tmpdir(), `roamkit-e2e-${app}-`)), appFile(app), other);
    bundled.set(key, folder);
  }
  return folder;
}

async function bundleInto(folder: string, source: string, other?: OtherVersion): Promise<string> {
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const files = readdirSync(source);
  for (const file of files.filter((name) => /\.(html|css)$/.test(name))) {
    copyFileSync(path.join(source, file), path.join(folder, file));
  }
  const scripts = files.filter((name) => name.endsWith('.js'));
  const [preloads, pages] = [true, false].map((isWanted) =>
    scripts.filter((name) => name.startsWith('preload') === isWanted).map((name) => path.join(source, name)),
  );
  const common = { bundle: true, platform: 'browser', target: 'chrome114', logLevel: 'error' } as const;
  const plugins = (part: OtherVersion) =>
    other === part || other === 'both' ? [contractOfAnotherVersion] : [];
  await Promise.all([
    build({ ...common, entryPoints: pages ?? [], outdir: folder, format: 'iife', plugins: plugins('page') }),
    build({
      ...common,
      entryPoints: preloads ?? [],
      outdir: folder,
      format: 'cjs',
      outExtension: { '.js': '.cjs' },
      external: ['electron'],
      plugins: plugins('preload'),
    }),
  ]);
  return folder;
}

const contractOfAnotherVersion: Plugin = {
  name: 'contract-of-another-version',
  setup({ onLoad }) {
    // The sources: esbuild follows the `paths` of tsconfig.json.
    onLoad({ filter: /[/\\]ipc[/\\]contract-version\.ts$/ }, ({ path: file }) => {
      const text = readFileSync(file, 'utf8');
      const contents = text.replace(`'${CONTRACT_VERSION}'`, "'0.0'");
      if (contents === text) throw new Error(`no version in ${file}`);
      return { contents, loader: 'ts' };
    });
  },
};
