/** Tells on stderr how far a long preparation is: one rewritten line on a terminal, else one line a step. */
export class Progress {
  #stream;
  #step = '';
  #startedMs = Date.now();
  #isLineShown = false;

  /** @param {NodeJS.WriteStream} [stream] */
  constructor(stream = process.stderr) {
    this.#stream = stream;
  }

  /**
   * Begins a step.
   *
   * @param {string} text
   */
  step(text) {
    this.#step = text;
    if (this.#stream.isTTY) this.#rewrite(text);
    else this.#stream.write(`${text}\n`);
  }

  /**
   * Refines the current step; only a terminal shows it, so that logs stay short.
   *
   * @param {string} detail
   */
  detail(detail) {
    if (this.#stream.isTTY) this.#rewrite(`${this.#step} ${detail}`);
  }

  /**
   * Shows the seconds that a step takes while nothing else tells how far it is.
   *
   * @template T
   * @param {() => Promise<T>} action
   * @returns {Promise<T>}
   */
  async countingSeconds(action) {
    const startedMs = Date.now();
    const ticker = setInterval(() => this.detail(`${secondsSince(startedMs)} s`), 1000);
    try {
      return await action();
    } finally {
      clearInterval(ticker);
    }
  }

  /**
   * Ends with a line that stays, followed by the whole time taken.
   *
   * @param {string} text
   */
  done(text) {
    this.clear();
    this.#stream.write(`${text} (${secondsSince(this.#startedMs)} s)\n`);
  }

  /** Wipes the rewritten line, so that what follows starts on a clean one. */
  clear() {
    if (this.#isLineShown) this.#rewrite('');
  }

  /** @param {string} text */
  #rewrite(text) {
    // A line that wraps could not be rewritten.
    this.#stream.write(`\r\x1b[2K${text.slice(0, (this.#stream.columns ?? 80) - 1)}`);
    this.#isLineShown = text !== '';
  }
}

/** @param {number} startedMs */
function secondsSince(startedMs) {
  return Math.round((Date.now() - startedMs) / 1000);
}
