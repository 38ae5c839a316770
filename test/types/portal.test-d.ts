// Types as tests: `npm run check` compiles this file; it is never run.
import {
  type DetectorStatus,
  defaultPortalEndpoints,
  httpTransport,
  NetworkMonitor,
  networkdPortalSource,
  type PortalAttempt,
  PortalDetector,
  type PortalDetectorState,
  type PortalEndpoint,
  type PortalInfo,
  type PortalTransport,
  type PortalUriSource,
  SystemBus,
} from 'roamkit';
import {
  notifyOfPortal,
  openPortalWindow,
  type PortalMenuItem,
  type PortalWindow,
  startRoamkit,
} from 'roamkit/main';
import { type RoamkitPortalPrompt, registerPortalPrompt } from 'roamkit/portal-prompt';
import { type ConnectivityPortal, getRoamkit } from 'roamkit/renderer';
import { captiveApi, openNetwork, type PortalBehaviour, PortalServer } from 'roamkit/testing';
import { expectTypeOf } from 'vitest';

const monitor = await NetworkMonitor.start();

// The detector.
const detector = new PortalDetector(monitor, {
  endpoints: [...defaultPortalEndpoints, { url: 'http://check.example/', status: 200, body: 'ok' }],
  recheck: { firstMs: 1000 },
  bus: new SystemBus(),
});
expectTypeOf(detector).toExtend<Disposable>();
expectTypeOf(detector.state).toEqualTypeOf<PortalDetectorState>();
expectTypeOf(detector.state.families[6]).toEqualTypeOf<DetectorStatus>();
expectTypeOf(detector.detect()).toEqualTypeOf<Promise<PortalDetectorState>>();
expectTypeOf(detector.watchSignIn()).toEqualTypeOf<Disposable>();
detector.on('change', ({ next }) => expectTypeOf(next).toEqualTypeOf<PortalDetectorState>());
detector.on('portal', (portal) => expectTypeOf(portal).toEqualTypeOf<PortalInfo>());
detector.on('expiring', (portal) => expectTypeOf(portal).toEqualTypeOf<PortalInfo>());
detector.on('attempt', (attempt) => expectTypeOf(attempt).toEqualTypeOf<PortalAttempt>());
expectTypeOf(httpTransport()).toEqualTypeOf<PortalTransport>();
expectTypeOf(monitor.state.portal).toEqualTypeOf<PortalInfo | null>();
expectTypeOf(defaultPortalEndpoints).toEqualTypeOf<readonly PortalEndpoint[]>();
const source: PortalUriSource = {
  watch: (tell) => {
    tell({ ifindex: 2, uri: 'https://portal.example/api' });
    tell({ ifindex: 2, uri: null });
    return () => {};
  },
};
new PortalDetector(monitor, { sources: [source, networkdPortalSource()] });
expectTypeOf(
  networkdPortalSource({ directory: '/run/systemd/netif/links' }),
).toEqualTypeOf<PortalUriSource>();
// @ts-expect-error There is no such event.
detector.on('captive', () => {});
// @ts-expect-error A state is immutable.
detector.state.status = 'online';
// @ts-expect-error An endpoint has a URL.
new PortalDetector(monitor, { endpoints: [{ status: 204 }] });
// @ts-expect-error An API speaks for a link.
source.watch((announcement) => announcement.host);

// Electron's main process.
const roamkit = await startRoamkit({
  portal: { endpoints: [{ url: 'http://check.example/' }] },
  portalWindow: { openIn: 'browser', strings: { tryAgain: 'Nochmal' } },
  reconnectWhen: 'online',
});
await startRoamkit({ portal: false });
expectTypeOf(roamkit.portal).toEqualTypeOf<PortalDetector | null>();
expectTypeOf(roamkit.openPortal()).toEqualTypeOf<boolean>();
expectTypeOf(openPortalWindow('http://portal.example/', { width: 400 })).toEqualTypeOf<PortalWindow>();
expectTypeOf(
  notifyOfPortal(roamkit, {
    onMenu: (items) => expectTypeOf(items).toEqualTypeOf<readonly PortalMenuItem[]>(),
    notification: false,
  }),
).toEqualTypeOf<Disposable>();
// @ts-expect-error roamkit hands its own bus to the detector.
startRoamkit({ portal: { bus: new SystemBus() } });
// @ts-expect-error There is no such place.
startRoamkit({ portalWindow: { openIn: 'tab' } });

// Pages.
const client = getRoamkit();
const { portal } = client.getSnapshot();
expectTypeOf(portal).toEqualTypeOf<ConnectivityPortal | null>();
expectTypeOf(client.openPortal()).toEqualTypeOf<Promise<boolean>>();
expectTypeOf(client.recheckPortal()).resolves.toEqualTypeOf<typeof monitor.state.status>();
// @ts-expect-error Portals put the device's addresses into their URLs: no page gets one.
portal?.url;
registerPortalPrompt();
const prompt = document.createElement('roamkit-portal-prompt');
expectTypeOf(prompt).toEqualTypeOf<RoamkitPortalPrompt>();
prompt.strings = { signIn: 'Anmelden' };
// @ts-expect-error There are no such words.
prompt.strings = { login: 'Anmelden' };

// Applications' own tests.
const server = await PortalServer.start({ behaviour: { kind: 'captive' } });
expectTypeOf(server).toExtend<AsyncDisposable>();
server.behaviour = ({ family }) => (family === 4 ? openNetwork : captiveApi({ captive: true }));
expectTypeOf(openNetwork).toEqualTypeOf<PortalBehaviour>();
// @ts-expect-error There is no such behaviour.
server.behaviour = { kind: 'proxy' };
