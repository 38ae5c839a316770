import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { type BuildOptions, build } from 'esbuild';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));

const entry = (file: string): BuildOptions => ({ entryPoints: [path.join(root, file)] });

// As a page that uses all of it would be bundled: modules that they share count once.
const together = (...files: string[]): BuildOptions => ({
  stdin: { contents: files.map((file) => `export * from './${file}';`).join('\n'), resolveDir: root },
});

// As one that imports some of it: it gets that and no other.
const imported = (names: string, file: string): BuildOptions => ({
  stdin: { contents: `export ${names} from './${file}'`, resolveDir: root, loader: 'ts' },
});

async function bundled(source: BuildOptions, external: readonly string[] = []) {
  const result = await build({
    ...source,
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'cjs',
    platform: 'browser',
    external: [...external],
  });
  const [file] = result.outputFiles;
  if (file === undefined) throw new Error('esbuild wrote nothing');
  return {
    gzippedBytes: gzipSync(file.contents).length,
    required: [...file.text.matchAll(/\brequire\("([^"]+)"\)/g)].map(([, name]) => name),
    inputs: Object.keys(result.metafile.inputs),
  };
}

describe('the preload', () => {
  it('is at most 2 kB gzipped and needs nothing but electron', async () => {
    const { gzippedBytes, required } = await bundled(entry('preload/bundled.ts'), ['electron']);
    expect(required).toEqual(['electron']);
    expect(gzippedBytes).toBeLessThanOrEqual(2000);
  });
});

describe("the preload of navigator.onLine's override", () => {
  it('is at most 1 kB gzipped and needs nothing but electron', async () => {
    const { gzippedBytes, required } = await bundled(entry('preload/on-line.ts'), ['electron']);
    expect(required).toEqual(['electron']);
    expect(gzippedBytes).toBeLessThanOrEqual(1000);
  });
});

// Who imports one thing gets that and no other: the sockets are made of more than the client.
describe.each([
  ['{ getRoamkit, IpcRefusedError, RoamkitError }', 5000],
  ['{ roamingFetch, signalFor, getRoamkit }', 5000],
  ['{ RoamingWebSocket, getRoamkit }', 7400],
  ['*', 8350],
])('of the renderer, %s', (names, mostBytes) => {
  it(`is at most ${mostBytes} bytes gzipped and has no dependency`, async () => {
    const { gzippedBytes, required, inputs } = await bundled(imported(names, 'renderer/index.ts'));
    expect(required).toEqual([]);
    expect(inputs.filter((input) => input.includes('node_modules'))).toEqual([]);
    expect(gzippedBytes).toBeLessThanOrEqual(mostBytes);
  });
});

describe('the React entry', () => {
  it('is at most 1.5 kB gzipped more than the renderer client, and needs nothing but react', async () => {
    const client = await bundled(entry('renderer/index.ts'));
    const both = await bundled(together('renderer/index.ts', 'renderer/react/index.ts'), ['react']);
    expect(new Set(both.required)).toEqual(new Set(['react']));
    expect(both.gzippedBytes - client.gzippedBytes).toBeLessThanOrEqual(1500);
  });
});

describe('the portal prompt', () => {
  it('is at most 4 kB gzipped more than the renderer client, which does not carry it', async () => {
    const client = await bundled(entry('renderer/index.ts'));
    const both = await bundled(together('renderer/index.ts', 'renderer/portal-prompt/index.ts'));
    expect(both.required).toEqual([]);
    expect(both.gzippedBytes - client.gzippedBytes).toBeLessThanOrEqual(4000);
    expect(client.inputs.filter((input) => input.includes('portal-prompt'))).toEqual([]);
  });
});
