export { RoamkitError, type RoamkitErrorCode, UnroutableError } from '../../core/errors.js';
export type { NetworkChange } from '../../core/network-diff.js';
export type { Capabilities, NetworkState, NetworkStatus, Path } from '../../core/network-types.js';
export type { Policy, PolicyAction, PolicyEntry, PolicyOverrides } from '../../core/policy.js';
export type { PortalDiscovery, PortalInfo } from '../../core/portal-types.js';
export type { ReconnectCause, ReconnectSignal, ReconnectUrgency } from '../../core/reconnect/signal.js';
export type { Reason, Verdict } from '../../core/verdict-types.js';
export type { RefusalReason } from '../../ipc/messages.js';
export type { BusMessages, NetworkMessage, SystemStateMessage } from '../bus/messages.js';
export { SystemBus } from '../bus/system-bus.js';
export type { ChromiumAccess, ChromiumHealing } from '../chromium/chromium-access.js';
export type { ChromiumGuard } from '../chromium/chromium-guard.js';
export type { NetworkMonitorOptions } from '../monitor/monitor-options.js';
export type { NetworkMonitor } from '../monitor/network-monitor.js';
export type { Connection } from '../registry/connection.js';
export type { ConnectionRegistry } from '../registry/connection-registry.js';
export type { BeforeInvalidate, VetoAnswer, VetoOptions } from '../registry/doubts/vetoes.js';
export type { LivenessOptions } from '../registry/liveness/liveness-options.js';
export type { PolicyRule, RegistryPolicy } from '../registry/policy/registry-policy.js';
export type { ConnectionEvent } from '../registry/registry-events.js';
export type { TrackOptions } from '../registry/registry-options.js';
export type { FlowDescriptor } from '../registry/sockets/flow-of-socket.js';
export type { ResolverConfiguration } from '../resolver/resolver-configuration.js';
export type {
  ResolverChange,
  ResolverMonitor,
  ResolverMonitorEvents,
  ResolverMonitorOptions,
} from '../resolver/resolver-monitor.js';
export type { IpcCounts } from './ipc-host.js';
export type { IpcLimits, RoamkitOptions } from './options.js';
export { notifyOfPortal, type PortalNoticeOptions } from './portal-notice/notify-of-portal.js';
export type { PortalMenuItem } from './portal-notice/portal-notices.js';
export type { PortalNoticeStrings } from './portal-notice/strings.js';
export { openPortalWindow } from './portal-window/open-portal-window.js';
export type { PortalWindow, PortalWindowOptions } from './portal-window/portal-window.js';
export type { PortalSignInOptions } from './portal-window/sign-in-options.js';
export type { PortalWindowStrings } from './portal-window/strings.js';
export type { HostCapabilities, IpcStats, Roamkit, RoamkitEvents } from './roamkit.js';
export type { SessionPolicy, SessionPolicyOption } from './sessions/session-policy.js';
export type { ComputedCounts } from './snapshot-source.js';
export { startRoamkit } from './start-roamkit.js';
