export { RoamkitError, type RoamkitErrorCode } from '../core/errors.js';
export type { Family, NetworkStatus } from '../core/network-types.js';
export type { PortalDiscovery } from '../core/portal-types.js';
export type { Clock } from '../core/reconnect/clock.js';
export type { ReconnectTiming } from '../core/reconnect/reconnector-options.js';
export type { DelayListPolicy, ExponentialPolicy, RetryPolicy } from '../core/reconnect/retry-policy.js';
export type { ReconnectCause, ReconnectSignal, ReconnectUrgency } from '../core/reconnect/signal.js';
export type { Endpoint, Reason, ReroutedReason, UnroutableReason } from '../core/verdict-types.js';
export type { InvalidatedEvent, PageReconnectSignal, RefusalReason } from '../ipc/messages.js';
export { IpcRefusedError } from '../ipc/refused-error.js';
export type {
  ConnectivityCapabilities,
  ConnectivityLink,
  ConnectivityPath,
  ConnectivityPortal,
  ConnectivitySnapshot,
} from '../ipc/snapshot.js';
export { getRoamkit } from './get-roamkit.js';
export { installRoamingWebSocket } from './install-roaming-web-socket.js';
export { PathLostError } from './path-lost-error.js';
export { signalFor } from './path-signals.js';
export { type RoamingRequestInit, roamingFetch } from './roaming-fetch.js';
export { RoamingWebSocket } from './roaming-web-socket.js';
export type {
  Fresh,
  ReconnectingCause,
  ReconnectingDetail,
  RoamingWebSocketEventMap,
  RoamingWebSocketOptions,
  UndeliveredDetail,
} from './roaming-web-socket-options.js';
export type {
  ConnectivityChange,
  PageConnection,
  RoamkitClient,
  RoamkitClientEvents,
  TrackOptions,
  TrackTarget,
} from './roamkit-client.js';
export type { IsEqual, Selection, Selector } from './selection.js';
export type { WebSocketData } from './send-queue.js';
