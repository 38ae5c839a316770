import { checkedReconnectorOptions } from './check-reconnector-options.js';
import { ReconnectLoop } from './reconnect-loop.js';
import type { ReconnectorOptions } from './reconnector-options.js';

/**
 * Says when to connect: not while there is no path, at once when one appears or the network took the connection, else
 * with growing delays, which start over with each new generation of the network. What to connect, and how, is its owner's:
 * `attempt` is called when the time has come.
 *
 * ```ts
 * const reconnector = new Reconnector({
 *   network: reconnectSignals(monitor, registry),
 *   attempt: ({ signal, succeeded, failed, lost }) => {
 *     const socket = connect({ host, port, signal });
 *     registry.track(socket);
 *     socket.once('connect', () => {
 *       if (!succeeded()) socket.destroy();
 *     });
 *     socket.once('close', () => {
 *       failed(); // no effect once it has succeeded
 *       lost(socket.errored instanceof UnroutableError ? 'network' : 'peer'); // no effect before
 *     });
 *   },
 * });
 * reconnector.start();
 * ```
 *
 * A connection whose generation is past is replaced: another attempt is made while it lives, and only when that one has
 * succeeded is it out of use. For a whole that hands connections over, see `reconnecting()`.
 */
export class Reconnector extends ReconnectLoop {
  readonly #signal: AbortSignal | undefined;
  readonly #abort = (): void => this.close();

  /** @throws RoamkitError `ERR_ROAMKIT_INVALID_ARGUMENT` on an option it cannot use, naming it. */
  constructor(options: ReconnectorOptions) {
    super(checkedReconnectorOptions(options));
    this.#signal = options.signal;
    this.#signal?.addEventListener('abort', this.#abort);
    if (this.#signal?.aborted === true) this.close();
  }

  override close(): void {
    this.#signal?.removeEventListener('abort', this.#abort);
    super.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
