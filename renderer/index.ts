export { RoamkitError, type RoamkitErrorCode } from '../core/errors.js';
export type { Family, NetworkStatus } from '../core/network-types.js';
export type { PortalDiscovery } from '../core/portal-types.js';
export type { ReconnectCause, ReconnectSignal, ReconnectUrgency } from '../core/reconnect/signal.js';
export type { Endpoint, Reason, ReroutedReason, UnroutableReason } from '../core/verdict-types.js';
export type { InvalidatedEvent, RefusalReason } from '../ipc/messages.js';
export { IpcRefusedError } from '../ipc/refused-error.js';
export type {
  ConnectivityCapabilities,
  ConnectivityLink,
  ConnectivityPath,
  ConnectivityPortal,
  ConnectivitySnapshot,
} from '../ipc/snapshot.js';
export { getRoamkit } from './get-roamkit.js';
export type {
  ConnectivityChange,
  PageConnection,
  RoamkitClient,
  RoamkitClientEvents,
  TrackOptions,
  TrackTarget,
} from './roamkit-client.js';
export type { IsEqual, Selection, Selector } from './selection.js';
