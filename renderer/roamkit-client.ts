import type { NetworkStatus } from '../core/network-types.js';
import type { RoamkitBridge } from '../ipc/bridge.js';
import type {
  InvalidatedEvent,
  IpcRefusal,
  IpcResult,
  PageReconnectSignal,
  TrackRequest,
} from '../ipc/messages.js';
import { IpcRefusedError } from '../ipc/refused-error.js';
import type { ConnectivitySnapshot } from '../ipc/snapshot.js';
import { Listeners } from './listeners.js';
import { type IsEqual, type Selection, type Selector, select } from './selection.js';
import { SnapshotStore } from './snapshot-store.js';
import { usableBridge } from './usable-bridge.js';
import { snapshotWithoutBridge, watchOnLine } from './without-bridge.js';

/** What the page knows of the network became different. */
export interface ConnectivityChange {
  readonly previous: ConnectivitySnapshot;
  readonly next: ConnectivitySnapshot;
}

/** Events of a {@link RoamkitClient}; each handler gets the event. */
export interface RoamkitClientEvents {
  /** The snapshot is another one. At most one a frame (16 ms), the first at once. */
  change: ConnectivityChange;
  /** A connection cannot reach its peer any more: one that this page tracked, or one of the main process. */
  invalidated: InvalidatedEvent;
  /** When and how to reconnect. For one loss it comes after `invalidated`. */
  reconnect: PageReconnectSignal;
}

/** The peer of a connection: a URL (`ws:`, `wss:`, `http:`, `https:`), or a host and its port. */
export type TrackTarget = string | URL | { readonly host: string; readonly port: number };

/** How to track a connection. */
export interface TrackOptions {
  /** A name of your own, for events; at most 128 characters. Default: the peer's host and port. */
  readonly label?: string;
}

/** A connection of this page that roamkit watches. */
export interface PageConnection {
  /** The `id` of its `invalidated` event. `0` where there is no roamkit to watch it: that event never comes. */
  readonly id: number;
  /** The generation whose path is watched; `0` with an `id` of `0`. */
  readonly generation: number;
  /**
   * Whether the main process doubts now that the peer can be reached (the grace period runs), or has found it dead: then `invalidated` is
   * on its way. For when the connection failed: it tells the network's failure from the peer's. `false` where nobody watches it.
   */
  isSuspect(): Promise<boolean>;
  /** Stops watching; the connection itself is the page's. Idempotent. */
  untrack(): void;
}

/**
 * What a page has of roamkit; see `getRoamkit()`. All methods may be used without their object:
 * `useSyncExternalStore(client.subscribe, client.getSnapshot)`.
 */
export class RoamkitClient {
  /**
   * The first snapshot from the main process, or what the page knows by itself once it is clear that none comes
   * (`capabilities.backend` is `none` then). Never rejects.
   */
  readonly ready: Promise<ConnectivitySnapshot>;
  readonly #bridge: RoamkitBridge | undefined;
  readonly #store: SnapshotStore;
  readonly #change = new Listeners<ConnectivityChange>();
  // Listened for only while somebody listens here: for a hidden page that is why main tells it anything.
  readonly #invalidated = new Listeners<InvalidatedEvent>(
    (tell) => this.#heard?.onInvalidated(tell) ?? nothing,
  );
  readonly #reconnect = new Listeners<PageReconnectSignal>(
    (tell) => this.#heard?.onReconnect(tell) ?? nothing,
  );
  readonly #release: (() => void)[] = [];
  readonly #tracked = new Set<() => void>();
  #isReady: (snapshot: ConnectivitySnapshot) => void = () => {};
  #stopWatchingOnLine: () => void = () => {};
  /** Counts subscriptions: an answer to an earlier one is of no use. */
  #attempt = 0;
  #refusal: IpcRefusedError | null = null;
  #isPulling = false;
  #isClosed = false;

  /** `bridge` is what the preload put on `window`; `undefined` where there is none. */
  constructor(bridge: RoamkitBridge | undefined) {
    this.ready = new Promise((resolve) => {
      this.#isReady = resolve;
    });
    this.#store = new SnapshotStore(
      snapshotWithoutBridge('roamkit has not answered yet'),
      (next, previous) => this.#change.tell({ previous, next }),
      () => void this.#pull(),
    );
    const found = usableBridge(bridge);
    this.#bridge = found.bridge;
    if (found.bridge === undefined) this.#degrade(found.why, found.refusal);
    else this.#listen(found.bridge);
  }

  /** What is known now; the same object until something changed. */
  readonly getSnapshot = (): ConnectivitySnapshot => this.#store.current;

  /** Calls `listener` whenever `getSnapshot()` gives another object; returns what stops it. */
  readonly subscribe = (listener: () => void): (() => void) => this.#change.add(() => listener());

  /**
   * The part of the snapshot that `selector` picks, with its own `getSnapshot` and `subscribe`: whoever wants to know only
   * the status is not woken by anything else. Values that `isEqual` are one and the same; by default those that are the same, or are
   * objects or arrays with the same fields.
   *
   * ```ts
   * const status = getRoamkit().select(({ status }) => status);
   * status.subscribe(() => showBanner(status.getSnapshot()));
   * ```
   */
  readonly select = <T>(selector: Selector<T>, isEqual?: IsEqual<T>): Selection<T> =>
    select(this, selector, isEqual);

  /** Calls `handler` with each `event`; returns what stops it. */
  readonly on = <E extends keyof RoamkitClientEvents>(
    event: E,
    handler: (event: RoamkitClientEvents[E]) => void,
  ): (() => void) => this.#listeners()[event].add(handler);

  /**
   * Watches a connection that this page opens. Call it as you open the connection: what is watched is the path that
   * the system chooses for this peer now. An `invalidated` event with its `id` says that it is dead.
   * @throws IpcRefusedError (rejects; `code` is `ERR_ROAMKIT_IPC_REFUSED`) on a peer that cannot be tracked, or where a
   * limit of the main process is reached; `reason` says which. `TypeError` on a URL that is none.
   */
  readonly track = async (target: TrackTarget, options: TrackOptions = {}): Promise<PageConnection> => {
    const answer = await this.#answering?.track(trackRequest(target, options)).catch(() => undefined);
    if (answer === undefined) return UNWATCHED;
    const { id, generation } = unwrapped(answer);
    const isSuspect = async (): Promise<boolean> => {
      const said = await this.#answering?.isSuspect({ id }).catch(() => undefined);
      return said?.ok === true && said.value;
    };
    const untrack = (): void => {
      if (this.#tracked.delete(untrack)) this.#bridge?.untrack({ id }).catch(nothing);
    };
    this.#tracked.add(untrack);
    if (this.#isClosed) untrack();
    return { id, generation, isSuspect, untrack };
  };

  /**
   * Looks for a captive portal now, and resolves with the status once that is done; where there is no roamkit, with what
   * the page knows by itself.
   * @throws IpcRefusedError (rejects) where the main process refuses; `reason` says why.
   */
  readonly recheckPortal = async (): Promise<NetworkStatus> => {
    const answer = await this.#answering?.recheckPortal().catch(() => undefined);
    return answer === undefined ? this.getSnapshot().status : unwrapped(answer);
  };

  /**
   * Opens the sign-in window of the captive portal: call it as the user asks for it, in a handler of a click or key.
   * Resolves to whether the window is open; `false` also where there is no portal, or no roamkit.
   * @throws IpcRefusedError (rejects) where the main process refuses; `reason` says why.
   */
  readonly openPortal = async (): Promise<boolean> => {
    const answer = await this.#answering?.openPortal().catch(() => undefined);
    return answer === undefined ? false : unwrapped(answer);
  };

  /**
   * Why this page is not served, where there is somebody who refused: `reason` is `version` (page, preload script and main
   * process are not of one minor version of roamkit), `origin` or `sender`. `null` while it is served, and where there is nobody. The
   * client works all the same, with what the page knows by itself.
   */
  get refusal(): IpcRefusedError | null {
    return this.#refusal;
  }

  /** Whether `close` was called. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /**
   * Ends it: no event comes any more, the snapshot stays as it is, and what it tracked is tracked no more. Other copies of
   * roamkit in the page are not concerned. The next `getRoamkit()` makes a new client.
   * Pages need not call it: reload, navigation and closing the window end it as well. Idempotent.
   */
  readonly close = (): void => {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#attempt++;
    this.#stopWatchingOnLine();
    for (const release of this.#release.splice(0)) release();
    for (const listeners of Object.values(this.#listeners())) listeners.clear();
    for (const untrack of [...this.#tracked]) untrack();
    this.#bridge?.unsubscribe().catch(() => {});
  };

  /** The bridge to ask for something. A main process of another version may not know what it would be asked for. */
  get #answering(): RoamkitBridge | undefined {
    return this.#refusal?.reason === 'version' ? undefined : this.#bridge;
  }

  get #heard(): RoamkitBridge | undefined {
    return this.#isClosed ? undefined : this.#bridge;
  }

  #listeners(): { readonly [E in keyof RoamkitClientEvents]: Listeners<RoamkitClientEvents[E]> } {
    return { change: this.#change, invalidated: this.#invalidated, reconnect: this.#reconnect };
  }

  #listen(bridge: RoamkitBridge): void {
    this.#release.push(
      bridge.onDelta((delta) => this.#store.apply(delta)),
      bridge.onStarted(() => void this.#connect(bridge)),
    );
    void this.#connect(bridge);
  }

  async #connect(bridge: RoamkitBridge): Promise<void> {
    const attempt = ++this.#attempt;
    this.#store.restart();
    const answer = await bridge.subscribe().catch(() => undefined);
    if (attempt !== this.#attempt) return;
    if (answer?.ok) {
      this.#refusal = null;
      this.#stopWatchingOnLine();
      this.#store.accept(answer.value);
      this.#isReady(this.#store.current);
      return;
    }
    // Nobody there is no fault: the main process may start roamkit later, and says so then.
    if (answer === undefined) this.#degrade('roamkit is not started in the main process', null);
    else this.#degrade(answer.error.message, refusalOf(answer.error));
  }

  async #pull(): Promise<void> {
    if (this.#isPulling) return;
    this.#isPulling = true;
    const attempt = this.#attempt;
    const answer = await this.#bridge?.snapshot().catch(() => undefined);
    this.#isPulling = false;
    // Where there is no answer, the next delta finds the same gap and asks again.
    if (answer?.ok && attempt === this.#attempt) this.#store.accept(answer.value);
  }

  #degrade(why: string, refusal: IpcRefusedError | null): void {
    this.#refusal = refusal;
    if (refusal !== null) console.warn(`roamkit: ${why}`);
    let { generation } = this.#store.current;
    const update = (): void => this.#store.replace(snapshotWithoutBridge(why, generation));
    this.#stopWatchingOnLine();
    this.#stopWatchingOnLine = watchOnLine(() => {
      generation += 1;
      update();
    });
    update();
    this.#isReady(this.#store.current);
  }
}

const nothing = (): void => {};

const UNWATCHED: PageConnection = { id: 0, generation: 0, isSuspect: async () => false, untrack: nothing };

function trackRequest(target: TrackTarget, { label }: TrackOptions): TrackRequest {
  const name = label === undefined ? {} : { label };
  if (typeof target === 'object' && 'host' in target && !(target instanceof URL)) {
    return { host: target.host, port: target.port, ...name };
  }
  // Only the peer leaves the page: a path or query may hold a token.
  const { protocol, host } = new URL(target, globalThis.document?.baseURI);
  return { url: `${protocol}//${host}`, ...name };
}

function unwrapped<T>(result: IpcResult<T>): T {
  if (result.ok) return result.value;
  throw refusalOf(result.error);
}

function refusalOf({ reason, message }: IpcRefusal): IpcRefusedError {
  return new IpcRefusedError(reason, message);
}
