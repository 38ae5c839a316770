import type { NetworkChange } from '../../core/network-diff.js';
import type { Clock } from '../../core/reconnect/clock.js';
import { withJitter } from '../../core/reconnect/jitter.js';
import { ReconnectSignals } from '../../core/reconnect/reconnect-signals.js';
import type { ReconnectSource } from '../../core/reconnect/reconnect-source.js';
import type { ReconnectSignal } from '../../core/reconnect/signal.js';
import { throwLater } from '../../core/throw-later.js';
import type { Connection } from '../registry/connection.js';
import type { ConnectionRegistry } from '../registry/connection-registry.js';
import type { ConnectionEvent } from '../registry/registry-events.js';
import type { PathView } from './path-view.js';

interface NetworkSourceOptions {
  readonly registry: Pick<ConnectionRegistry, 'on' | 'off'> | null;
  readonly view: PathView;
  readonly jitterMs: number;
  readonly clock: Clock;
  readonly random: () => number;
}

/** Listens to a view of the network and a registry, and tells its subscribers when to reconnect. */
export class NetworkSource implements ReconnectSource, Disposable {
  readonly #options: NetworkSourceOptions;
  readonly #signals: ReconnectSignals;
  readonly #listeners = new Set<(signal: ReconnectSignal) => void>();
  readonly #stop: () => void;
  /** Somebody asked for a path in vain, and was not told of one since. */
  #isAwaited = false;
  #cancelNews: (() => void) | null = null;

  constructor(options: NetworkSourceOptions) {
    const { registry, view, clock } = options;
    this.#options = options;
    this.#signals = new ReconnectSignals(
      (signal) => this.#tell(signal),
      () => view.state,
      clock,
    );
    const stopViewing = view.subscribe((change) => this.#changed(change));
    const stopFollowing = registry === null ? () => {} : follow(registry, this.#signals);
    this.#stop = () => {
      stopViewing();
      stopFollowing();
    };
  }

  get generation(): number {
    return this.#options.view.state.generation;
  }

  hasPath(): boolean {
    const { 4: v4, 6: v6 } = this.#options.view.state.defaultPaths;
    const isThere = v4 !== null || v6 !== null;
    if (!isThere) this.#isAwaited = true;
    return isThere;
  }

  subscribe(listener: (signal: ReconnectSignal) => void): () => void {
    // A listener may subscribe twice, and each subscription ends by itself.
    const own = (signal: ReconnectSignal): void => listener(signal);
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  close(): void {
    this.#stop();
    this.#signals.close();
    this.#cancelNews?.();
    this.#cancelNews = null;
    this.#listeners.clear();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #changed(change: NetworkChange): void {
    this.#signals.changed(change);
    if (this.#isAwaited && this.hasPath()) this.#planNews();
  }

  // A path that went and came back while connections were in doubt is no change to those, and gives no signal; but who asked
  // in between waits for one.
  #planNews(): void {
    this.#cancelNews ??= this.#options.clock.after(0, () => {
      this.#cancelNews = null;
      if (!this.#isAwaited || !this.hasPath()) return;
      const { generation } = this.#options.view.state;
      this.#tell({ generation, cause: 'path-appeared', reason: null, urgency: 'now', delayMs: 0 });
    });
  }

  #tell(signal: ReconnectSignal): void {
    const { jitterMs, random } = this.#options;
    if (signal.urgency !== 'wait') this.#isAwaited = false;
    for (const listener of [...this.#listeners]) {
      throwLater(() => listener(withJitter(signal, jitterMs, random)));
    }
  }
}

/** Tells `signals` what a registry reports. Returns what stops it. */
function follow(registry: Pick<ConnectionRegistry, 'on' | 'off'>, signals: ReconnectSignals): () => void {
  const suspected = ({ connection, reason }: ConnectionEvent): void => {
    const entry = reason === null ? null : connection.policy[reason];
    if (entry?.action === 'invalidate') signals.suspected(connection.id, entry.graceMs);
  };
  const cleared = ({ connection }: ConnectionEvent): void => signals.settled(connection.id);
  const untracked = ({ id, state }: Connection): void => {
    // `invalidated` follows at once, and says more.
    if (state !== 'invalidated') signals.settled(id);
  };
  const invalidated = ({ connection, reason }: ConnectionEvent): void => {
    if (reason !== null) signals.invalidated(connection.id, reason);
  };
  const resumed = (): void => signals.resumed();
  const listen = (method: 'on' | 'off'): void => {
    registry[method]('suspect', suspected);
    registry[method]('recovered', cleared);
    registry[method]('rerouted', cleared);
    registry[method]('untracked', untracked);
    registry[method]('invalidated', invalidated);
    registry[method]('resumed', resumed);
  };
  listen('on');
  return () => listen('off');
}
