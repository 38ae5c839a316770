import type { ReconnectSignal } from './signal.js';

/** Where a `Reconnector` learns of the network: `reconnectSignals()` in Node, or whatever tells the same. */
export interface ReconnectSource {
  /**
   * Whether an attempt could get anywhere now. Asked before each attempt; must cost little and not throw. Once it
   * answered `false`, a signal must come when it would answer `true`: nothing is tried before that.
   */
  hasPath(): boolean;
  /** The generation now. Whoever began in an older one has a stale result. */
  readonly generation: number;
  /** Calls `listener` with each signal; returns what ends that. */
  subscribe(listener: (signal: ReconnectSignal) => void): () => void;
}
