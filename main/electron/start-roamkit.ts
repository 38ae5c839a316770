import {
  app,
  type IpcMainInvokeEvent,
  ipcMain,
  powerMonitor,
  session,
  webContents,
  webFrameMain,
} from 'electron';
import { onLinePreloadPath, preloadPath } from '#preload-path';
import { RoamkitError } from '../../core/errors.js';
import { systemClock } from '../../core/reconnect/clock.js';
import type { EventName, EventPayload } from '../../ipc/contract.js';
import { bridgeToBus } from '../bus/bridge-to-bus.js';
import { SystemBus } from '../bus/system-bus.js';
import type { ChromiumGuard } from '../chromium/chromium-guard.js';
import { NetworkMonitor } from '../monitor/network-monitor.js';
import { PortalDetector } from '../portal/portal-detector.js';
import { followPower } from '../power/follow-power.js';
import { ConnectionRegistry } from '../registry/connection-registry.js';
import { ResolverMonitor } from '../resolver/resolver-monitor.js';
import { electronPower } from './electron-power.js';
import { guardChromium } from './guard-chromium.js';
import { IpcHost } from './ipc-host.js';
import { OnLineOverride } from './on-line/on-line-override.js';
import { type HostOptions, hostOptions, type IpcLimits, type RoamkitOptions } from './options.js';
import type { Page } from './page.js';
import { PageConnections } from './page-connections.js';
import { PageFrame } from './page-frame.js';
import { type PortalRequests, pagePortal } from './page-portal.js';
import { sessionResolver } from './peer.js';
import { PortalSignIn } from './portal-window/portal-sign-in.js';
import { PreloadInjection } from './preload-injection.js';
import { requestHandlers } from './request-handlers.js';
import { Roamkit } from './roamkit.js';
import { originCheck, type SenderPolicy } from './sender-policy.js';
import { guardSessions } from './sessions/guard-sessions.js';
import { KnownSessions } from './sessions/known-sessions.js';
import { sessionPolicies } from './sessions/session-policy.js';
import { SnapshotSource } from './snapshot-source.js';
import { tellPages } from './tell-pages.js';
import { WindowChannel } from './window-channel.js';
import { Windows } from './windows.js';

/**
 * Starts roamkit in Electron's main process: a monitor, a registry, a bus, and the bridge to the pages of `sessions`. Waits for
 * the application to be ready: an ES module does not await it at its top level, since Electron is not ready before the main module
 * has run to its end. Pages loaded after the call find the bridge.
 *
 * ```ts
 * const roamkit = await startRoamkit();
 * roamkit.registry.track(socket, { label: 'chat' });
 * new BrowserWindow().loadFile('index.html'); // getRoamkit() of 'roamkit/renderer' works in it
 * ```
 *
 * On a platform or with a privilege that lets the network be seen only in part it starts as well;
 * `roamkit.capabilities` says what is missing.
 * @throws RoamkitError (rejects) `ERR_ROAMKIT_INVALID_ARGUMENT` on an option it cannot use, naming it; where roamkit's
 * preload script is missing because the main process was bundled; and where roamkit runs already. What
 * `NetworkMonitor.start` throws.
 */
export async function startRoamkit(options: RoamkitOptions = {}): Promise<Roamkit> {
  const settings = hostOptions(options);
  const policy: SenderPolicy = {
    isAllowedOrigin: originCheck(options.allowedOrigins, app.isPackaged),
    allowSubframes: settings.allowSubframes,
  };
  const policyOf = sessionPolicies(options.sessionPolicy);
  // Before anything is waited for, lest one that is created meanwhile be missed.
  const sessions = new KnownSessions({ app, session, webContents });
  for (const each of settings.sessions === 'all' ? [] : (settings.sessions ?? [])) sessions.add(each);
  if (!app.isReady()) await app.whenReady();
  let takePreloadBack = (): void => {};
  let stopGuarding = (): void => {};
  let monitor: NetworkMonitor | undefined;
  const bus = options.bus ?? new SystemBus();
  let bridge: Disposable | undefined;
  let resolver: ResolverMonitor | undefined;
  let detector: PortalDetector | null = null;
  let chromium: ChromiumGuard | undefined;
  const takeBack = (): void => {
    takePreloadBack();
    stopGuarding();
    sessions[Symbol.dispose]();
    resolver?.close();
    detector?.close();
    bridge?.[Symbol.dispose]();
    chromium?.close();
    if (options.bus === undefined) bus.close();
  };
  try {
    // Before anything is waited for, so that a window made right after the call has it.
    if (options.injectPreload !== false) {
      const injection = new PreloadInjection(preloadPath);
      takePreloadBack = () => injection[Symbol.dispose]();
      if (settings.sessions === 'all') sessions.follow((each) => injection.add(each));
      else for (const each of settings.sessions ?? [session.defaultSession]) injection.add(each);
    }
    monitor = await NetworkMonitor.start(options.monitor);
    const { policy: connectionPolicy, beforeInvalidate, postponeMs } = options;
    const registry = new ConnectionRegistry(monitor, {
      ...(connectionPolicy === undefined ? {} : { policy: connectionPolicy }),
      ...(beforeInvalidate === undefined ? {} : { beforeInvalidate }),
      ...(postponeMs === undefined ? {} : { postponeMs }),
    });
    bridge = bridgeToBus(bus, { monitor, registry });
    chromium = guardChromium({
      app,
      monitor,
      registry,
      isWanted: settings.chromium,
      netns: options.monitor?.netns,
    });
    await chromium.inventory();
    resolver = new ResolverMonitor(options.resolver);
    if (options.portal !== false) detector = new PortalDetector(monitor, { ...options.portal, bus });
    stopGuarding = guardSessions({
      sessions,
      policyOf,
      monitor,
      resolver,
      onLine: new OnLineOverride({
        ipc: ipcMain,
        frames: webFrameMain,
        monitor,
        clock: systemClock,
        preload: onLinePreloadPath,
      }),
      waitFor: detector === null ? 'path' : 'online',
      // Where each dead connection is ended by itself, the pools are left to themselves.
      isHealingPrecise: () => chromium?.access.healing === 'precise',
      clock: systemClock,
      random: Math.random,
    });
    return open({ chromium, detector, monitor, registry, bus, resolver, settings, policy, takeBack });
  } catch (error) {
    takeBack();
    await monitor?.close();
    throw error;
  }
}

interface Parts {
  readonly detector: PortalDetector | null;
  readonly monitor: NetworkMonitor;
  readonly registry: ConnectionRegistry;
  readonly bus: SystemBus;
  readonly resolver: ResolverMonitor;
  readonly chromium: ChromiumGuard;
  readonly settings: HostOptions;
  readonly policy: SenderPolicy;
  /** Undoes what was done before the bridge to the pages was opened. */
  readonly takeBack: () => void;
}

function open(parts: Parts): Roamkit {
  const { chromium, detector, monitor, registry, bus, resolver, settings, policy, takeBack } = parts;
  const { limits } = settings;
  const sent = { delta: 0, invalidated: 0, reconnect: 0, started: 0 };
  const send = <K extends EventName>(frame: PageFrame, event: K, payload: EventPayload<K>): void => {
    if (frame.send(event, payload)) sent[event]++;
  };
  const source = new SnapshotSource(() => monitor.state, monitor.capabilities, settings);
  const signIn = new PortalSignIn(monitor, detector, settings.portalWindow);
  const portalRequests: PortalRequests = {
    recheck: async () => {
      await detector?.detect();
      return monitor.state.status;
    },
    open: () => signIn.open(),
  };
  const windows = new Windows((contents, id, trackedByWindow): Page => {
    const frame = new PageFrame(contents, id, policy);
    return {
      frame,
      channel: new WindowChannel(source, (event, payload) => send(frame, event, payload), systemClock),
      connections: new PageConnections({
        monitor,
        registry,
        resolveHost: sessionResolver(contents.session),
        hasRoom: () => trackedByWindow() < limits.trackedPerWindow,
      }),
      portal: pagePortal(portalRequests, contents),
    };
  });
  const ipc = openIpc(policy, limits, windows);
  const stopTelling = tellPages({
    monitor,
    registry,
    windows,
    settings,
    onReconnect: (signal) => roamkit.emit('reconnect', signal),
    clock: systemClock,
    random: Math.random,
  });
  const power = followPower(electronPower(powerMonitor), registry);
  const roamkit = new Roamkit({
    monitor,
    registry,
    bus,
    resolver,
    portal: detector,
    chromium,
    openPortal: () => signIn.open(),
    ipcStats: () => ({
      ...ipc.counts,
      subscribedWindows: windows.subscribed,
      trackedConnections: windows.tracked,
      computed: source.computed,
      sent: { ...sent },
    }),
    stop: async () => {
      power[Symbol.dispose]();
      ipc.close();
      stopTelling();
      signIn.close();
      windows.close();
      takeBack();
      registry.close();
      await monitor.close();
    },
  });
  // Pages that were there before may have found nobody; now there is somebody.
  for (const contents of webContents.getAllWebContents()) {
    const frame = PageFrame.mainFrameOf(contents, policy);
    if (frame !== null) send(frame, 'started', null);
  }
  return roamkit;
}

function openIpc(
  policy: SenderPolicy,
  limits: IpcLimits,
  windows: Windows,
): IpcHost<IpcMainInvokeEvent, Page> {
  const ipc = new IpcHost<IpcMainInvokeEvent, Page>({
    ipc: ipcMain,
    policy,
    limits,
    handlers: requestHandlers,
    contextOf: (event) => windows.page(event.sender, event),
    clock: systemClock,
  });
  try {
    ipc.open();
  } catch (cause) {
    ipc.close();
    throw new RoamkitError(
      'ERR_ROAMKIT_INVALID_ARGUMENT',
      'startRoamkit: roamkit runs already in this process; dispose() of it first',
      { cause },
    );
  }
  return ipc;
}
