import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PACK_TIMEOUT_MS, PackedPackage, type Project } from '../fixtures/packed-package.js';
import { type TwoLinkLab, twoLinkLab } from '../lab/index.js';

// What `npm pack` makes, as those who install it find it.

const root = fileURLToPath(new URL('../../', import.meta.url));

let packed: PackedPackage;
let net: TwoLinkLab;
beforeAll(async () => {
  [packed, net] = await Promise.all([PackedPackage.create(), twoLinkLab()]);
}, PACK_TIMEOUT_MS);
afterAll(async () => {
  packed?.[Symbol.dispose]();
  await net?.close();
});

const report = `
  const monitor = await NetworkMonitor.start();
  const { link, gateway } = monitor.lookup(process.argv[2]);
  console.log(JSON.stringify({ backend: monitor.capabilities.backend, link, gateway }));
  await monitor.close();
`;
const programs = {
  'program.mjs': `import { NetworkMonitor } from 'roamkit';\n${report}`,
  'program.cjs': `const { NetworkMonitor } = require('roamkit');\n(async () => {${report}})();\n`,
};

/** Runs a project's program in the lab's client: what the monitor says of the way to the server. */
async function wayToServer({ program }: Project): Promise<unknown> {
  const { stdout } = await net.client.exec(process.execPath, [program, net.addresses.server.v4]);
  return JSON.parse(stdout);
}

for (const [program, source] of Object.entries(programs)) {
  it(`works in a fresh project with ${program}, without a compiler`, { timeout: 120_000 }, async () => {
    const project = await packed.project(program, source);
    expect(await wayToServer(project)).toEqual({
      backend: 'netlink',
      link: 'eth0',
      gateway: net.addresses.ethernetGateway.v4,
    });
    const command = path.join(project.folder, 'node_modules', '.bin', 'roamkit');
    const { stdout } = await net.client.exec(command, ['status', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ status: 'online' });
    // The addon is the prebuilt one: nothing was built.
    expect(existsSync(path.join(project.installed, 'build'))).toBe(false);
  });
}

it('installs where there is no addon for the platform and no compiler, and says so', {
  timeout: 120_000,
}, async () => {
  const project = await packed.project('program.mjs', programs['program.mjs']);
  rmSync(path.join(project.installed, 'prebuilds'), { recursive: true });
  expect(await project.npm('rebuild')).toContain('the portable backend will be used');
  expect(await wayToServer(project)).toMatchObject({ backend: 'portable' });
});

it('holds what is needed to run it and to build its addon, and nothing else', async () => {
  const { files } = await packed.unpack();
  const native = readdirSync(path.join(root, 'native'), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.\w+$/.test(file))
    .map((file) => `native/${file}`);
  const sources = ['core', 'ipc', 'main', 'preload', 'renderer', 'testing'].flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => /(?<!\.d)\.tsx?$/.test(file))
      .map((file) => `${folder}/${file.replace(/\.tsx?$/, '')}`),
  );
  const built = sources.flatMap((source) =>
    ['esm', 'cjs'].flatMap((format) =>
      ['js', 'js.map', 'd.ts'].map((extension) => `dist/${format}/${source}.${extension}`),
    ),
  );
  expect(files).toEqual(
    [
      ...['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json'],
      ...['binding.gyp', 'scripts/install-native.mjs', ...native],
      `prebuilds/linux-${process.arch}/node.napi${process.arch === 'arm64' ? '.armv8' : ''}.node`,
      ...['preload/path.cjs', 'preload/path.d.cts'],
      ...['dist/preload/roamkit-preload.cjs', 'dist/preload/roamkit-on-line.cjs'],
      ...['dist/cjs/package.json', 'dist/cjs/native.cjs', 'dist/cjs/preload-path.cjs', ...built],
    ].sort(),
  );
});

it('tells nothing of the machine that made it', async () => {
  const { folder, files } = await packed.unpack();
  expect(files.filter((file) => readFileSync(path.join(folder, file)).includes(root))).toEqual([]);
});

it('is a package as publint and Are the types wrong? want it', { timeout: 120_000 }, async () => {
  const tarball = new Uint8Array(readFileSync(packed.tarball));
  const { messages } = await publint({ pack: { tarball: tarball.buffer }, strict: true });
  // It says that Node ignores `imports` of nested package.json files. Node reads those of the nearest one, which all
  // tests of the CommonJS build rest on.
  expect(messages.filter(({ code }) => code !== 'NESTED_PACKAGE_JSON_FIELD_IGNORED')).toEqual([]);

  // Also for `moduleResolution: node`, which Electron Forge's templates ask for.
  const analysis = await checkPackage(createPackageFromTarballData(tarball));
  expect(analysis).toMatchObject({ types: { kind: 'included' }, problems: [] });
});
