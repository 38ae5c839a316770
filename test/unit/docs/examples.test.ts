import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

// docs/examples/README.md says how pages, examples and tests belong together.
const root = fileURLToPath(new URL('../../../', import.meta.url));
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');

const examples = readdirSync(path.join(root, 'docs/examples')).filter((file) => file.endsWith('.ts'));
const pages = readdirSync(path.join(root, 'docs')).filter((file) => file.endsWith('.md'));
const fences = pages.flatMap((page) =>
  [...read(`docs/${page}`).matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = '']) => code),
);

describe.each(examples)('docs/examples/%s', (example) => {
  it('is shown by a page, word for word', () => {
    expect(fences).toContain(read(`docs/examples/${example}`));
  });

  it('is linked where it is shown', () => {
    const linking = pages.filter((page) => read(`docs/${page}`).includes(`(examples/${example})`));
    expect(linking).not.toEqual([]);
  });

  it('is run by a test', () => {
    const test = `test/integration/docs-examples/${path.basename(example, '.ts')}.test.ts`;
    expect(existsSync(path.join(root, test)), test).toBe(true);
  });
});
