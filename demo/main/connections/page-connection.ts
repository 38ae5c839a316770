import type { Connection, ConnectionRegistry, NetworkMonitor, ReconnectSignal } from 'roamkit';
import type { Roamkit } from 'roamkit/main';
import { PAGE_SOCKET_LABEL, type SocketReport } from '../../shared/demo-api.js';
import type { Target } from '../../shared/options.js';
import type { ConnectionRow } from '../../shared/view.js';
import { openingNote } from './opening-words.js';
import { type Opening, RowHistory } from './row-history.js';
import { targetText } from './tcp-dialer.js';

/** The page's own WebSocket: its socket is Chromium's, the page reports what becomes of it, roamkit judges its flow. */
export class PageConnection {
  readonly history: RowHistory;
  readonly #monitor: NetworkMonitor;
  readonly #registry: ConnectionRegistry;
  readonly #peer: string;
  readonly #isLoopback: boolean;
  readonly #opened: (opening: Opening) => void;
  #connection: Connection | null = null;
  #note: string | null = null;

  constructor({ registry, monitor }: Roamkit, target: Target, opened: (opening: Opening) => void) {
    this.history = new RowHistory(monitor);
    this.#monitor = monitor;
    this.#registry = registry;
    this.#peer = `WebSocket ${targetText(target)}`;
    this.#isLoopback = target.host === '127.0.0.1';
    this.#opened = opened;
  }

  owns(id: number): boolean {
    return this.#connection?.id === id;
  }

  row(key: string): ConnectionRow {
    const state = this.history.state(this.#connection);
    return { key, label: PAGE_SOCKET_LABEL, owner: 'page', peer: this.#peer, ...state, note: this.#note };
  }

  /** The page told what became of its socket. */
  report({ id, state }: SocketReport): void {
    const tracked = this.#registry.connections().find((each) => each.id === id && each.owner === 'page');
    if (state === 'open') {
      const opening = this.history.opened({ isReplacement: this.#connection !== null && !this.owns(id) });
      this.#note = openingNote(opening);
      this.#connection = tracked ?? null;
      this.#opened(opening);
    } else if (state === 'closed' && this.owns(id)) {
      this.#connection = null;
      this.history.closed();
      this.#note = null;
    }
  }

  /** The registry let go of the connection. */
  lost(): void {
    this.#connection = null;
    this.#note = null;
    // The signal to wait may have come before the last connection was decided.
    const { 4: v4, 6: v6 } = this.#monitor.state.defaultPaths;
    if (v4 === null && v6 === null) this.#wait();
  }

  /** roamkit's advice on the news of `toldAt`, of which the page gets its own copy. */
  advised({ urgency, cause }: ReconnectSignal, toldAt: number): void {
    if (this.#isLoopback) return;
    if (urgency === 'wait') this.#wait();
    else if (urgency === 'soon') this.history.troubled(toldAt);
    else if (cause === 'path-appeared') this.history.pathIsBack(toldAt);
  }

  #wait(): void {
    if (this.#connection !== null) return;
    this.history.waits();
    this.#note = 'waits for a path';
  }
}
