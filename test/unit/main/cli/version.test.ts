import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { packageVersion } from '../../../../main/cli/version.js';

const folder = mkdtempSync(join(tmpdir(), 'roamkit-version-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('is that of the package the script belongs to, also through a link in node_modules/.bin', () => {
  const home = join(folder, 'node_modules', 'roamkit');
  mkdirSync(join(home, 'dist', 'esm'), { recursive: true });
  mkdirSync(join(folder, 'node_modules', '.bin'));
  writeFileSync(join(folder, 'package.json'), '{"name":"an-application","version":"9.9.9"}');
  writeFileSync(join(home, 'package.json'), '{"name":"roamkit","version":"1.2.3"}');
  writeFileSync(join(home, 'dist', 'package.json'), '{"type":"commonjs"}');
  const script = join(home, 'dist', 'esm', 'roamkit.js');
  writeFileSync(script, '');
  const link = join(folder, 'node_modules', '.bin', 'roamkit');
  symlinkSync(script, link);
  expect(packageVersion(script)).toBe('1.2.3');
  expect(packageVersion(link)).toBe('1.2.3');
});

it('is unknown where there is no such package', () => {
  expect(packageVersion(join(folder, 'none.js'))).toBe('unknown');
});
