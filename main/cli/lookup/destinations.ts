import { lines } from '../lines.js';

/** A destination, and where it stood if it came from stdin. */
export interface Destination {
  readonly text: string;
  /** Counted from 1; `null` for one from the command line. */
  readonly line: number | null;
}

/**
 * The destinations of the command line, those of stdin in the place of `-`. All lines that arrived at once come at
 * once: one write instead of thousands where a file is piped in, no waiting where another program asks line by line.
 */
export async function* destinationBatches(
  destinations: readonly string[],
  stdin: AsyncIterable<Buffer | string>,
): AsyncGenerator<readonly Destination[]> {
  for (const text of destinations) {
    if (text === '-') yield* linesOf(stdin);
    else yield [{ text, line: null }];
  }
}

async function* linesOf(stdin: AsyncIterable<Buffer | string>): AsyncGenerator<readonly Destination[]> {
  let last = 0;
  for await (const batch of lines(stdin)) {
    const first = last + 1;
    last += batch.length;
    yield batch
      .map((line, index) => ({ text: line.trim(), line: first + index }))
      .filter(({ text }) => text !== '');
  }
}
