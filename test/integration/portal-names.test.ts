import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { bundle } from '../fixtures/program.js';
import { type HostProcess, Lab } from '../lab/index.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'roamkit-names-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A process for which these are the system's name servers and names. */
async function probing(lab: Lab, names: readonly string[]): Promise<HostProcess> {
  const host = await lab.host('client');
  const mounts = Object.entries({
    '/etc/resolv.conf': 'nameserver 127.0.0.1\n',
    '/etc/hosts': '127.0.0.1 localhost from-a-file.example\n',
  }).map(([place, text]) => {
    const file = path.join(folder, path.basename(place));
    writeFileSync(file, text);
    return `mount --bind '${file}' '${place}' && `;
  });
  const script = `${mounts.join('')}exec "$0" "$@"`;
  const program = [process.execPath, await bundle('probes'), ...names];
  return await host.spawn('unshare', ['--mount', 'sh', '-c', script, ...program]);
}

it('resolves by name server and by file, and a silent name server holds up neither other names nor the end', async () => {
  await using lab = await Lab.create();
  // libuv resolves two at a time.
  const silent = Array.from({ length: 8 }, (_, index) => `silent-${index}.example`);
  const names = ['known.example', 'from-a-file.example', 'localhost', 'nobody.example', ...silent];
  await using client = await probing(lab, names);

  expect(JSON.parse(await client.nextLine(() => true, { timeoutMs: 20_000 }))).toEqual({ first: 'own name' });
  const outcomes = JSON.parse(await client.nextLine(() => true, { timeoutMs: 20_000 }));
  // The C library gives up a silent name server after two times five seconds.
  const end = await Promise.race([client.exit, new Promise((resolve) => setTimeout(resolve, 4000, 'none'))]);

  expect(outcomes).toEqual({
    'known.example': 204,
    'from-a-file.example': 204,
    localhost: 204,
    'nobody.example': 'ENOTFOUND',
    ...Object.fromEntries(silent.map((name) => [name, 'TimeoutError'])),
  });
  expect(end).toEqual({ code: 0, signal: null });
});
