import type { ReconnectSignal } from '../core/reconnect/signal.js';
import type { Endpoint, Reason } from '../core/verdict-types.js';
import type { ConnectivityPath } from './snapshot.js';

/** What a page asks to track: the peer of a connection of its own. */
export type TrackRequest = TrackUrlRequest | TrackHostRequest;

interface TrackUrlRequest {
  /** The URL that the page connects to: `ws:`, `wss:`, `http:` or `https:`. */
  readonly url: string;
  /** The page's own name for the connection; default the peer's host and port. */
  readonly label?: string;
}

interface TrackHostRequest {
  /** A host name or an IP literal. */
  readonly host: string;
  readonly port: number;
  /** The page's own name for the connection; default the peer's host and port. */
  readonly label?: string;
}

/** The answer to a {@link TrackRequest}. */
export interface TrackAnswer {
  /** Names the connection in `invalidated` events. */
  readonly id: number;
  /** The generation whose path is watched. A connection that was begun in another may have another path. */
  readonly generation: number;
}

/** Names a connection that the page tracks. */
export interface TrackedRequest {
  /** What `track` answered. */
  readonly id: number;
}

/** A connection cannot reach its peer any more. */
export interface InvalidatedEvent {
  /** What `track` answered; for connections of the main process, their number in its registry. */
  readonly id: number;
  /** `page`: this page tracked it, and should close it now. `main`: the main process's own; closed already. */
  readonly owner: 'main' | 'page';
  /** The name it was tracked with; `null` where it had none and addresses are not shown to pages. */
  readonly label: string | null;
  readonly reason: Reason;
  /** The generation in which it was found dead. */
  readonly generation: number;
  /** The path it had, or `null` where it was not known. */
  readonly path: ConnectivityPath | null;
  /** The peer; `null` where addresses are not shown to pages. */
  readonly remote: Endpoint | null;
}

/** When and how to reconnect, as a page is told. */
export interface PageReconnectSignal extends ReconnectSignal {
  /**
   * The connections this page tracks (what `track` answered) whose path is no longer the one they began with; the page's
   * others have nothing to gain from being opened anew. Missing where nobody watches them.
   */
  readonly affected?: readonly number[];
}

/**
 * How much of what happens a page is told.
 *
 * `all`: everything. `reconnecting`, for a hidden page that listens for `invalidated` or `reconnect`: both of these, and state only
 * where it decides about connections (status, generation) or goes before one of these. `none`, for any other hidden page. What a
 * page missed arrives as one delta when it is told all again.
 */
export type Delivery = 'all' | 'reconnecting' | 'none';

export interface DeliverRequest {
  readonly what: Delivery;
}

/** Why a request was refused. */
export type RefusalReason =
  /** It came from no live page, or from a frame that may not ask. */
  | 'sender'
  /** It came from an origin that is not allowed (`allowedOrigins` of `startRoamkit`). */
  | 'origin'
  /** It came from another minor version of roamkit. */
  | 'version'
  | 'size'
  /** It is not what the contract says. */
  | 'schema'
  /** The window asks too often. */
  | 'rate'
  /** The window tracks too many connections. */
  | 'limit'
  /** The host has no address. */
  | 'unresolved'
  /** The user has done nothing in the window that could mean this. */
  | 'gesture'
  /** The main process failed; not the page's fault. */
  | 'internal';

/** What every request is answered with. */
export type IpcResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: IpcRefusal };

/** A refusal as it crosses to the page; the renderer makes an `IpcRefusedError` of it. */
export interface IpcRefusal {
  readonly code: 'ERR_ROAMKIT_IPC_REFUSED';
  readonly message: string;
  readonly reason: RefusalReason;
}
