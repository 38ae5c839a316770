import type { InvalidatedEvent, PageReconnectSignal } from '../ipc/messages.js';
import type { PageConnection, RoamkitClient, TrackOptions } from './roamkit-client.js';

/** The main process's watch over the path to one peer, as it is when the watch begins. */
export class PathWatch {
  readonly #client: RoamkitClient;
  readonly #stops: readonly (() => void)[];
  #connection: PageConnection | null = null;
  #begun: Promise<void>;
  #isEnded = false;

  /** `lost` is called once, when the path is found dead. */
  constructor(
    client: RoamkitClient,
    target: string,
    options: TrackOptions,
    lost: (event: InvalidatedEvent) => void,
  ) {
    this.#client = client;
    this.#stops = [
      client.on('invalidated', (event) => {
        if (event.owner === 'page' && event.id === this.#connection?.id && this.end()) lost(event);
      }),
      client.on('change', ({ next }) => {
        // roamkit was started in the main process when the page was there already.
        if (this.#connection?.id === 0 && next.capabilities.backend !== 'none') {
          this.#begun = this.#begin(target, options);
        }
      }),
    ];
    this.#begun = this.#begin(target, options);
  }

  /** Whether a signal concerns a connection that began in `generation`: its path is another one by now, or nobody knows. */
  isAffected({ affected }: PageReconnectSignal, generation: number): boolean {
    const connection = this.#connection;
    // Watched from another generation on: then it may be another path that is watched.
    if (affected === undefined || connection?.generation !== generation) return true;
    return affected.includes(connection.id);
  }

  /** Whether the main process doubts the path now; `false` once the watch has ended. */
  async isSuspect(): Promise<boolean> {
    await this.#begun;
    return !this.#isEnded && (await this.#connection?.isSuspect()) === true;
  }

  /** No more of it; whether it was still going on. */
  end(): boolean {
    if (this.#isEnded) return false;
    this.#isEnded = true;
    for (const stop of this.#stops) stop();
    this.#connection?.untrack();
    return true;
  }

  async #begin(target: string, options: TrackOptions): Promise<void> {
    this.#connection = null;
    // Refused: then it is a connection like any other, and every signal concerns it.
    const connection = await this.#client.track(target, options).catch(() => null);
    if (this.#isEnded) connection?.untrack();
    else this.#connection = connection;
  }
}
