/** What made this the moment: `start()`, news of the network, or a retry that fell due. */
export type AttemptCause = 'start' | 'network' | 'retry';

/** Who ended a connection: the network, which took its path away, or the peer, or nobody knows. */
export type LossCause = 'network' | 'peer';

/** How an attempt failed. */
export interface AttemptEnd {
  /** `false`: another attempt would fail too (a password that is wrong): state `failed`. Default `true`. */
  readonly retry?: boolean;
  /** `network`: it was given up because the network took its path, and what is told of that counts. Default `peer`. */
  readonly by?: LossCause;
}

/** One attempt to connect, and the connection that came of it. Its owner says how it goes. */
export interface ReconnectAttempt {
  /** The generation it began in. */
  readonly generation: number;
  readonly cause: AttemptCause;
  /**
   * Aborted when the attempt has become pointless: its path is gone, the generation is another one, it took too long, the
   * `Reconnector` was closed. What it brings after that is stale. Not aborted once it has succeeded. Its `reason` is a
   * `TimeoutError` where it took too long, else an `AbortError`.
   */
  readonly signal: AbortSignal;
  /** It is connected. `false`: too late, the result is stale; drop what was opened. */
  succeeded(): boolean;
  /** It came to nothing. */
  failed(end?: AttemptEnd): void;
  /** Its connection has ended, after it succeeded. No effect on one that was replaced meanwhile. */
  lost(by: LossCause): void;
}

/** What an {@link OwnedAttempt} reports to. */
export interface AttemptOwner {
  succeeded(attempt: OwnedAttempt): boolean;
  failed(attempt: OwnedAttempt, end: AttemptEnd): void;
  lost(attempt: OwnedAttempt, by: LossCause): void;
}

/** The `Reconnector`'s side of an attempt. */
export class OwnedAttempt implements ReconnectAttempt {
  readonly #controller = new AbortController();
  readonly #owner: AttemptOwner;

  constructor(
    readonly generation: number,
    readonly cause: AttemptCause,
    owner: AttemptOwner,
  ) {
    this.#owner = owner;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  readonly succeeded = (): boolean => this.#owner.succeeded(this);

  readonly failed = (end: AttemptEnd = {}): void => this.#owner.failed(this, end);

  readonly lost = (by: LossCause): void => this.#owner.lost(this, by);

  abort(reason?: DOMException): void {
    this.#controller.abort(reason);
  }
}
