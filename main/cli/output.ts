import type { Writable } from 'node:stream';
import { choosePaint, type Paint } from './text/paint.js';

/** Where an {@link Output} writes: stdout, or a stream that stands for it. */
export type OutputStream = Writable & { readonly isTTY?: boolean };

/**
 * A command's results: JSON lines or human lines.
 *
 * A line is handed to the kernel before `print` returns, as long as the reader keeps up: Node tries a write(2) at
 * once on files, terminals and pipes, and queues only what did not fit into the pipe. So one slow reader neither
 * delays a line nor, as a blocking write would, the connections that we watch.
 */
export class Output {
  readonly isJson: boolean;
  readonly paint: Paint;
  readonly #stream: OutputStream;
  #end: { readonly error: Error | null } | null = null;
  #onEnd: () => void = () => {};

  constructor(
    stream: OutputStream,
    options: { readonly isJson: boolean; readonly env: Readonly<Record<string, string | undefined>> },
  ) {
    this.#stream = stream;
    this.isJson = options.isJson;
    this.paint = choosePaint(stream.isTTY === true, options.env);
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (this.#end !== null) return;
      // The reader went away, as `head` does when it has enough: that is an end, not a failure.
      this.#end = { error: error.code === 'EPIPE' ? null : error };
      this.#onEnd();
    });
  }

  /** Nothing that is written arrives any more. */
  get isClosed(): boolean {
    return this.#end !== null;
  }

  /** Why writing failed, where it was not the reader who went away. */
  get failure(): Error | null {
    return this.#end?.error ?? null;
  }

  /** Calls `listener` once nobody reads any more. */
  onClosed(listener: () => void): void {
    if (this.isClosed) listener();
    else this.#onEnd = listener;
  }

  /** One record: as a JSON line, or in the words of `human` (which may be several lines). */
  print(record: object, human: (paint: Paint) => string): void {
    if (!this.isClosed) this.#stream.write(this.line(record, human));
  }

  /** The text that {@link Output.print} writes. */
  line(record: object, human: (paint: Paint) => string): string {
    return `${this.isJson ? JSON.stringify(record) : human(this.paint)}\n`;
  }

  /** Writes text and waits until it is out: for output that is larger than what one wants to hold in memory. */
  async write(text: string): Promise<void> {
    if (this.isClosed || text === '') return;
    await new Promise<void>((resolve) => {
      this.#stream.write(text, () => resolve());
    });
  }

  /** Resolves when all that was printed is out, or after `limitMs`. */
  async flush(limitMs: number): Promise<void> {
    if (this.isClosed || this.#stream.writableLength === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, limitMs);
      this.#stream.write('', () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}
