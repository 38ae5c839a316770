import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { lines } from '../../../../main/cli/lines.js';

async function read(chunks: readonly (string | Buffer)[]): Promise<string[][]> {
  const batches: string[][] = [];
  for await (const batch of lines(Readable.from(chunks))) batches.push(batch);
  return batches;
}

it('gives all complete lines of a chunk at once, and the rest with the next', async () => {
  expect(await read(['a\nb\nc', 'd\n', 'e'])).toEqual([['a', 'b'], ['cd'], ['e']]);
});

it('puts characters together that a chunk boundary cut', async () => {
  const [first, second] = [Buffer.from('ä\n').subarray(0, 1), Buffer.from('ä\n').subarray(1)];
  expect(await read([first, second])).toEqual([['ä']]);
});
