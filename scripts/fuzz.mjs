// `npm run test:fuzz [-- ROUNDS [SEED]]`: malformed netlink messages for the decoders and the mirror, built with the
// address and undefined-behaviour sanitizers (test/fuzz). A seed is chosen and printed where none is given.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { root, run } from './lib.mjs';

const folder = path.join(root, 'build', 'fuzz');
const program = path.join(folder, 'fuzz');
const flags = [
  '-std=c++20',
  '-O0',
  '-g1',
  '-fsanitize=address,undefined',
  '-fno-sanitize-recover=all',
  '-Inative',
];

/** @param {string} name */
function sourcesIn(name) {
  return readdirSync(path.join(root, name))
    .filter((file) => /\.(cc|h)$/.test(file))
    .map((file) => path.join(name, file));
}

async function build() {
  const files = ['test/fuzz', 'native/netlink', 'native/mirror', 'native/flows'].flatMap(sourcesIn);
  const changed = Math.max(...files.map((file) => statSync(path.join(root, file)).mtimeMs));
  if (existsSync(program) && statSync(program).mtimeMs > changed) return;
  mkdirSync(folder, { recursive: true });
  const compile = promisify(execFile);
  const left = files.filter((file) => file.endsWith('.cc'));
  const objects = left.map((file) => path.join(folder, `${file.replaceAll('/', '-')}.o`));
  const jobs = left.map((file, n) => ['-c', '-o', objects[n] ?? '', file]);
  const worker = async () => {
    for (let job = jobs.shift(); job !== undefined; job = jobs.shift())
      await compile('g++', [...flags, ...job], { cwd: root });
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  await compile('g++', [...flags, '-o', program, ...objects], { cwd: root });
}

/**
 * @param {{ rounds: number, seed?: number }} options
 * @returns {Promise<boolean>} whether all went well
 */
export async function fuzz({ rounds, seed = Math.floor(Math.random() * 2 ** 32) }) {
  await build();
  console.log(`fuzzing with seed ${seed}`);
  const command = ['sh', 'test/fuzz/network.sh', program, String(seed), String(rounds)];
  return run(process.execPath, ['test/lab/enter.mjs', '--own-net', ...command]);
}

if (process.argv[1] === path.join(root, 'scripts', 'fuzz.mjs')) {
  const [rounds = 1_000_000, seed] = process.argv.slice(2).map(Number);
  process.exitCode = (await fuzz({ rounds, ...(seed === undefined ? {} : { seed }) })) ? 0 : 1;
}
