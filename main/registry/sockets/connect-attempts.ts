import type { Socket } from 'node:net';
import { isIP } from 'node:net';
import type { Endpoint } from '../../../core/verdict-types.js';

/** A socket's attempt to connect to one address. */
export interface ConnectAttempt {
  /** What the application asked for: a name, or an address. */
  readonly host: string;
  readonly remote: Endpoint;
  /** No other address is left to try when this one fails; `false` where that is not known. */
  readonly isLast: boolean;
}

/**
 * Follows a socket's attempts to connect. With several addresses Node tries one after the other, each for 250 ms but the last
 * (`autoSelectFamily`, RFC 8305); with one, or an address given as such, there is one attempt.
 *
 * Node tells of attempts since 20.12; before that there is none to follow, and the socket is known once it has connected.
 */
export class ConnectAttempts {
  readonly #readUpTo: () => number | null;
  readonly #stop: () => void;
  #resolved = 0;
  #attempted = 0;
  #host: string | null = null;
  /** The attempt that is under way. */
  current: ConnectAttempt | null = null;
  /**
   * When it began, if all that the kernel told until then was read, else `null`: what the network lost before that says
   * nothing about it, for a name may take long to resolve.
   */
  sinceMs: number | null;
  /** Called just before each attempt. */
  onAttempt: (attempt: ConnectAttempt) => void = () => {};

  constructor(reference: WeakRef<Socket>, readUpTo: () => number | null) {
    this.#readUpTo = readUpTo;
    this.sinceMs = reference.deref()?.connecting ? readUpTo() : null;
    this.#stop = this.#listen(reference);
  }

  /** What the application asked to connect to, where a name was looked up. */
  get host(): string | null {
    return this.#host;
  }

  /** Takes all listeners back. Idempotent. */
  stop(): void {
    this.#stop();
  }

  // Nothing here may hold the socket: it may be forgotten before it closes.
  #listen(reference: WeakRef<Socket>): () => void {
    const resolved = (_error: Error | null, _address: unknown, _family: unknown, host: unknown): void =>
      this.#resolvedOne(host);
    const attempted = (address: unknown, port: unknown): void =>
      this.#began(reference.deref(), address, port);
    reference.deref()?.on('lookup', resolved).on('connectionAttempt', attempted);
    return () => reference.deref()?.off('lookup', resolved).off('connectionAttempt', attempted);
  }

  #resolvedOne(host: unknown): void {
    this.sinceMs = this.#readUpTo();
    this.#resolved += 1;
    if (typeof host === 'string') this.#host = host;
  }

  #began(socket: Socket | undefined, address: unknown, port: unknown): void {
    this.sinceMs = this.#readUpTo();
    this.#attempted += 1;
    // A Unix socket has a path.
    if (typeof address !== 'string' || typeof port !== 'number' || isIP(address) === 0) return;
    // Where the addresses came before we did, their number is not known.
    const isAlone = this.#resolved === 0 && socket?.autoSelectFamilyAttemptedAddresses === undefined;
    this.current = {
      host: this.#host ?? address,
      remote: { address, port },
      isLast: isAlone || (this.#resolved > 0 && this.#attempted >= this.#resolved),
    };
    this.onAttempt(this.current);
  }
}
