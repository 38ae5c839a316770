import type { NetworkMonitor, ReconnectSignal } from 'roamkit';
import type { ConnectionRow } from '../../shared/view.js';
import type { Dialer, Dialled } from './dialer.js';
import { openingNote } from './opening-words.js';
import { type Opening, RowHistory } from './row-history.js';

// For what no signal announces: a server that is not up yet.
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 8000;

// A link that has just come up may lose the first packet (the neighbour's end is not up yet), and TCP and ARP wait for a
// second before they try again.
const SETTLE_MS = 200;

/**
 * A connection of the main process that is reopened when roamkit says so: all that an application does to follow the
 * network.
 */
export class OwnConnection {
  readonly dialer: Dialer;
  readonly history: RowHistory;
  readonly #monitor: NetworkMonitor;
  readonly #opened: (opening: Opening) => void;
  readonly #changed: () => void;
  #current: Dialled | null = null;
  #replacement: Dialled | null = null;
  /** The number that the registry gave the last one. */
  #id = 0;
  #note: string | null = null;
  #retryMs = FIRST_RETRY_MS;
  #timer: NodeJS.Timeout | undefined;
  #isFinished = false;

  constructor(
    dialer: Dialer,
    monitor: NetworkMonitor,
    opened: (opening: Opening) => void,
    changed: () => void,
  ) {
    this.dialer = dialer;
    this.#monitor = monitor;
    this.history = new RowHistory(monitor);
    this.#opened = opened;
    this.#changed = changed;
  }

  /** Whether the registry's connection `id` is, or was last, behind it. */
  owns(id: number): boolean {
    return this.#id === id;
  }

  row(key: string): ConnectionRow {
    const { label, peer } = this.dialer;
    const state = this.history.state(this.#current?.connection ?? null);
    return { key, label, owner: 'main', peer, ...state, note: this.#note };
  }

  /** Opens it unless it is open, or being opened, or there is no way to its peer. */
  open(): void {
    if (this.#current === null && this.#hasPath()) this.#dial();
  }

  /** Takes roamkit's advice on the news of `toldAt`. */
  follow({ urgency, delayMs, cause }: ReconnectSignal, toldAt: number): void {
    clearTimeout(this.#timer);
    if (urgency === 'wait') {
      if (this.#current === null) this.#wait();
      return;
    }
    if (cause === 'path-appeared') this.history.pathIsBack(toldAt);
    this.#timer = setTimeout(() => {
      if (this.#current === null) this.open();
      else if (this.#current.connection.state === 'pending') this.#redial();
      else if (this.#hasBetterPath(this.#current)) this.#replace(toldAt);
    }, delayMs);
  }

  /** Looks whether a connection that is bound to one address can be opened again: signals are about the default path. */
  reconsider(): void {
    if (!this.#isBound || this.#current !== null || !this.#hasPath()) return;
    this.history.pathIsBack(this.#monitor.receivedAt);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.open(), SETTLE_MS);
  }

  /** For good. */
  close(): void {
    this.#isFinished = true;
    clearTimeout(this.#timer);
    this.#replacement?.close();
    this.#current?.close();
  }

  /** Bound to one address: a new one would be no better off. */
  get #isBound(): boolean {
    return this.dialer.source !== undefined;
  }

  /** Whether a connection opened now would take another way than the one there is. */
  #hasBetterPath({ connection: { state, verdict } }: Dialled): boolean {
    const { address } = this.dialer;
    if (this.#isBound || address === null) return false;
    if (state === 'rerouted') return true;
    const now = this.#monitor.lookup(address);
    const { path = null } = verdict ?? {};
    return path !== null && now.routable && (path.oif !== now.oif || path.gateway !== now.gateway);
  }

  #hasPath(): boolean {
    const { address, source, hasPeer = true } = this.dialer;
    const { state } = this.#monitor;
    if (!hasPeer) return false;
    if (address === null) return state.status !== 'offline';
    if (source === undefined) return this.#monitor.lookup(address).routable;
    // Linux would send from the address of a link that is down, out of another link; no answer would find its way back.
    const owner = state.addresses.find((each) => each.address === source)?.ifindex;
    const link = state.links.find(({ ifindex }) => ifindex === owner);
    return Boolean(link?.isUp && link.hasCarrier) && this.#monitor.lookup(address, { source }).routable;
  }

  #wait(): void {
    this.history.waits();
    this.#note = 'waits for a path';
    this.#changed();
  }

  #dial(): void {
    const dialled = this.dialer.dial();
    this.#current = dialled;
    this.#id = dialled.connection.id;
    dialled.onOpen(() => {
      if (this.#current === dialled) this.#isOpen(false);
    });
    dialled.onClose(() => {
      if (this.#current === dialled) this.#isClosed(dialled);
    });
    this.#changed();
  }

  // An attempt that began on a path that is gone would only run into its time-out.
  #redial(): void {
    const stale = this.#current;
    this.#current = null;
    stale?.close();
    this.open();
  }

  /** Opens the new one, then drops the old. The kernel told of the better path at `toldAt`. */
  #replace(toldAt: number): void {
    if (this.#replacement !== null) return;
    this.history.troubled(toldAt);
    const replacement = this.dialer.dial();
    this.#replacement = replacement;
    replacement.onOpen(() => {
      if (this.#replacement !== replacement) return;
      const old = this.#current;
      this.#replacement = null;
      this.#current = replacement;
      this.#id = replacement.connection.id;
      old?.close();
      this.#isOpen(true);
    });
    replacement.onClose(() => {
      if (this.#replacement === replacement) this.#replacement = null;
      else if (this.#current === replacement) this.#isClosed(replacement);
    });
  }

  #isOpen(isReplacement: boolean): void {
    this.#retryMs = FIRST_RETRY_MS;
    const opening = this.history.opened({ isReplacement });
    this.#note = openingNote(opening);
    this.#opened(opening);
    this.#changed();
  }

  #isClosed({ connection }: Dialled): void {
    if (this.#isFinished) return;
    this.#current = null;
    this.#note = null;
    if (connection.state === 'invalidated') {
      if (!this.#hasPath()) this.#wait();
    } else {
      this.history.closed();
      this.#retryLater();
    }
    this.#changed();
  }

  #retryLater(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.open(), this.#retryMs);
    this.#retryMs = Math.min(LONGEST_RETRY_MS, 2 * this.#retryMs);
  }
}
