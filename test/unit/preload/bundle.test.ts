import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';

async function bundled(entry: string, external: readonly string[] = []) {
  const result = await build({
    entryPoints: [fileURLToPath(new URL(`../../../${entry}`, import.meta.url))],
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
    const { gzippedBytes, required } = await bundled('preload/bundled.ts', ['electron']);
    expect(required).toEqual(['electron']);
    expect(gzippedBytes).toBeLessThanOrEqual(2000);
  });
});

describe('the renderer client', () => {
  it('is at most 5 kB gzipped and has no dependency', async () => {
    const { gzippedBytes, required, inputs } = await bundled('renderer/index.ts');
    expect(required).toEqual([]);
    expect(inputs.filter((input) => input.includes('node_modules'))).toEqual([]);
    expect(gzippedBytes).toBeLessThanOrEqual(5000);
  });
});
