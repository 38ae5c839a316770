export { RoamkitError, type RoamkitErrorCode, UnroutableError } from '../core/errors.js';
export type {
  HistogramPoint,
  Metric,
  MetricAttributes,
  MetricsSnapshot,
  NumberPoint,
} from '../core/metric-types.js';
export type { NetworkChange } from '../core/network-diff.js';
export type {
  Address,
  Capabilities,
  DefaultPaths,
  Family,
  Link,
  Lookup,
  LookupFailure,
  LookupOptions,
  NetworkState,
  NetworkStatus,
  NextHop,
  Path,
  Route,
  RouteType,
  Rule,
  Scope,
} from '../core/network-types.js';
export {
  defaultPolicy,
  type Policy,
  type PolicyAction,
  type PolicyEntry,
  type PolicyOverrides,
} from '../core/policy.js';
export type { DetectorStatus, PortalDiscovery, PortalInfo } from '../core/portal-types.js';
export type { Clock } from '../core/reconnect/clock.js';
export type {
  AttemptCause,
  AttemptEnd,
  LossCause,
  ReconnectAttempt,
} from '../core/reconnect/reconnect-attempt.js';
export type { ReconnectSource } from '../core/reconnect/reconnect-source.js';
export {
  type AttemptFailure,
  type CloseCause,
  type Connect,
  type ConnectContext,
  type Reconnecting,
  type ReconnectingEvents,
  type ReconnectingOptions,
  reconnecting,
} from '../core/reconnect/reconnecting.js';
export { Reconnector } from '../core/reconnect/reconnector.js';
export type {
  ReconnectorOptions,
  ReconnectState,
  ReconnectTiming,
} from '../core/reconnect/reconnector-options.js';
export type { DelayListPolicy, ExponentialPolicy, RetryPolicy } from '../core/reconnect/retry-policy.js';
export type { ReconnectCause, ReconnectSignal, ReconnectUrgency } from '../core/reconnect/signal.js';
export type {
  Endpoint,
  Flow,
  Reason,
  ReroutedReason,
  UnroutableReason,
  Verdict,
} from '../core/verdict-types.js';
export { type BusSources, bridgeToBus } from './bus/bridge-to-bus.js';
export type { BusChannelMessage } from './bus/bus-channels.js';
export type {
  BusMessages,
  InteractionMessage,
  MetricsMessage,
  NetworkMessage,
  SystemStateMessage,
} from './bus/messages.js';
export { type PublishOptions, SystemBus, type SystemBusOptions } from './bus/system-bus.js';
export {
  type ResolveAll,
  type RoutedLookupOptions,
  routedLookup,
} from './destination/routed-lookup.js';
export { type RoutingView, sortAddresses } from './destination/sort-addresses.js';
export type {
  AddressChange,
  BackendFlow,
  ChangeKind,
  FlowConfirmation,
  LinkChange,
  MonitorBatch,
  MonitorStats,
  PortalAnnouncement,
  RouteChange,
  RouteFilter,
  RuleChange,
} from './monitor/backend.js';
export type { NetworkMonitorOptions } from './monitor/monitor-options.js';
export {
  type GatewayChange,
  NetworkMonitor,
  type NetworkMonitorEvents,
  type WatchedFlow,
} from './monitor/network-monitor.js';
export type { SocketDiagnosis } from './monitor/socket-diagnosis.js';
export type { PortalAttempt } from './portal/attempt.js';
export type { PortalDetectorOptions } from './portal/detector-options.js';
export type { PortalDetectorState } from './portal/detector-state.js';
export { defaultPortalEndpoints, type PortalEndpoint } from './portal/endpoints.js';
export { type HttpTransportOptions, httpTransport } from './portal/http-transport.js';
export { type NetworkdPortalOptions, networkdPortalSource } from './portal/networkd-portal-source.js';
export type { PortalUriSource } from './portal/portal-announcements.js';
export {
  PortalDetector,
  type PortalDetectorEvents,
  type ProbedMonitor,
} from './portal/portal-detector.js';
export type { RecheckOptions } from './portal/recheck-delay.js';
export type { PortalAnswer, PortalRequest, PortalTransport } from './portal/transport.js';
export { type ClockJumpOptions, ClockJumpSource, type PowerClock } from './power/clock-jump-source.js';
export { followPower } from './power/follow-power.js';
export type { PowerEvent, PowerSource } from './power/power-source.js';
export {
  type ReconnectSignalSource,
  type ReconnectSignalsOptions,
  reconnectSignals,
} from './reconnect/reconnect-signals.js';
export type { Connection, ConnectionOwner, ConnectionState } from './registry/connection.js';
export { ConnectionRegistry } from './registry/connection-registry.js';
export type { BeforeInvalidate, VetoAnswer, VetoOptions } from './registry/doubts/vetoes.js';
export type { LivenessOptions } from './registry/liveness/liveness-options.js';
export type { PeerPatterns } from './registry/policy/peer-tests.js';
export type { PolicyRule, RegistryPolicy } from './registry/policy/registry-policy.js';
export type { ConnectionEvent, ConnectionRegistryEvents } from './registry/registry-events.js';
export type { RegistryOptions, TrackOptions } from './registry/registry-options.js';
export type { FlowDescriptor } from './registry/sockets/flow-of-socket.js';
export type { SocketSide } from './registry/sockets/opened-sockets.js';
export type { SocketCandidate, TrackAllOptions } from './registry/sockets/track-all-options.js';
export type { ResolverConfiguration } from './resolver/resolver-configuration.js';
export {
  type ResolverChange,
  ResolverMonitor,
  type ResolverMonitorEvents,
  type ResolverMonitorOptions,
} from './resolver/resolver-monitor.js';
