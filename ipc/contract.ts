// What main, preload and renderer agree on. Names and types only, since the preload carries this file: the run-time
// schemas are in schemas.ts, which does not compile unless it has the one that fits each request.
import type { NetworkStatus } from '../core/network-types.js';
import { CONTRACT_VERSION } from './contract-version.js';
import type {
  DeliverRequest,
  InvalidatedEvent,
  PageReconnectSignal,
  TrackAnswer,
  TrackedRequest,
  TrackRequest,
} from './messages.js';
import type { ConnectivitySnapshot, SnapshotDelta } from './snapshot.js';

/** A page asks, main answers. `types` is never there at run time. */
interface RequestChannel<Input, Output> {
  readonly direction: 'page-to-main';
  readonly name: `roamkit:${string}`;
  readonly types?: (input: Input) => Output;
}

/** Main tells a page. */
interface EventChannel<Payload> {
  readonly direction: 'main-to-page';
  readonly name: `roamkit:${string}`;
  readonly types?: (payload: Payload) => void;
}

const request = <Input, Output>(name: `roamkit:${string}`): RequestChannel<Input, Output> => ({
  direction: 'page-to-main',
  name,
});

const event = <Payload>(name: `roamkit:${string}`): EventChannel<Payload> => ({
  direction: 'main-to-page',
  name,
});

/** Every channel between pages and the main process. */
export const contract = {
  version: CONTRACT_VERSION,
  requests: {
    /** What this page should know now; `seq` says up to which delta. */
    snapshot: request<null, ConnectivitySnapshot>('roamkit:snapshot'),
    /** The same, and events from here on. */
    subscribe: request<null, ConnectivitySnapshot>('roamkit:subscribe'),
    /** How much of what happens the page is told from here on; `subscribe` begins with `all`. The preload's own: no page has it. */
    deliver: request<DeliverRequest, null>('roamkit:deliver'),
    /** No events from here on. */
    unsubscribe: request<null, null>('roamkit:unsubscribe'),
    /** Watch a connection of the page's own. */
    track: request<TrackRequest, TrackAnswer>('roamkit:track'),
    untrack: request<TrackedRequest, null>('roamkit:untrack'),
    /** Whether a connection that the page tracks is suspect, or invalidated: then the event is on its way. */
    isSuspect: request<TrackedRequest, boolean>('roamkit:is-suspect'),
    /** Look for a captive portal now; answers the status once that is done. */
    recheckPortal: request<null, NetworkStatus>('roamkit:recheck-portal'),
    /** Open the sign-in window; answers whether there is one now. */
    openPortal: request<null, boolean>('roamkit:open-portal'),
  },
  events: {
    delta: event<SnapshotDelta>('roamkit:delta'),
    invalidated: event<InvalidatedEvent>('roamkit:invalidated'),
    reconnect: event<PageReconnectSignal>('roamkit:reconnect'),
    /** roamkit runs from now on: a page that was there earlier may subscribe. */
    started: event<null>('roamkit:started'),
  },
} as const;

type Requests = typeof contract.requests;
type Events = typeof contract.events;

export type RequestName = keyof Requests;
export type RequestInput<K extends RequestName> =
  Requests[K] extends RequestChannel<infer Input, unknown> ? Input : never;
export type RequestOutput<K extends RequestName> =
  Requests[K] extends RequestChannel<never, infer Output> ? Output : never;

export type EventName = keyof Events;
export type EventPayload<K extends EventName> =
  Events[K] extends EventChannel<infer Payload> ? Payload : never;
