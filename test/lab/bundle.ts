import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/**
 * Bundles a TypeScript program that may import from the lab (`./index.js`), for `node --input-type=module -` on stdin:
 * for tests of the lab that need it in a process of its own, as Node 20 runs no TypeScript.
 * The lab's servers and `reach` do not work there: they are found beside the lab's source.
 */
export async function bundleLabProgram(source: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: source, loader: 'ts', resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}
