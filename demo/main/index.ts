// The demo's main process: what an application that uses roamkit does, and the tables to watch it by.
import path from 'node:path';
import { app } from 'electron';
import { startRoamkit } from 'roamkit/main';
import { type DemoOptions, readOptions } from '../shared/options.js';
import { capture } from './capture.js';
import { ConnectionTable } from './connections/connection-table.js';
import { hostDialers } from './connections/host-dialers.js';
import { labDialers } from './connections/lab-dialers.js';
import { startLoopbackServers } from './connections/loopback-servers.js';
import { targetText } from './connections/tcp-dialer.js';
import { driverPort } from './driver-port.js';
import { recordNetwork } from './network-timeline.js';
import { PAGE_ORIGIN, registerPageScheme, servePage } from './page-protocol.js';
import { answerPage } from './page-requests.js';
import { openSignIn, signIn } from './sign-in-clicks.js';
import { Timeline } from './timeline.js';
import { ViewPublisher } from './view-publisher.js';
import { createWindow } from './window.js';

const options = readOptions(process.argv);

if (options.userData !== null) app.setPath('userData', options.userData);
if (options.isHeadless) app.disableHardwareAcceleration();
registerPageScheme();
app.on('window-all-closed', () => app.quit());
driverPort.onGone(() => app.quit());

async function start({ network }: DemoOptions): Promise<void> {
  await app.whenReady();
  const servers = await startLoopbackServers();
  const roamkit = await startRoamkit({
    allowedOrigins: [PAGE_ORIGIN],
    exposeAddresses: true,
    // The demo's own preload script calls exposeRoamkit().
    injectPreload: false,
    ...(network.scene === 'lab'
      ? {
          portal: { endpoints: network.probes.map((url) => ({ url })) },
          // All its servers are out on the internet, behind the portal.
          reconnectWhen: 'online',
        }
      : {}),
  });
  const pageTarget = network.scene === 'lab' ? network.webSocket : servers.webSocket;
  const window = createWindow(path.join(app.getAppPath(), 'preload.cjs'));
  const publisher = new ViewPublisher(
    { scene: network.scene, state: () => roamkit.monitor.state, connections: () => table.rows() },
    () => (window.isDestroyed() ? null : window.webContents),
  );
  const timeline = new Timeline(publisher.tellTimeline);
  recordNetwork(roamkit, timeline);
  const dialers =
    network.scene === 'lab'
      ? labDialers(roamkit, network, servers.tcp)
      : hostDialers(roamkit, network.targets, servers.tcp);
  const table: ConnectionTable = new ConnectionTable(
    roamkit,
    dialers,
    pageTarget,
    timeline,
    publisher.changed,
  );

  const webSocketUrl = `ws://${targetText(pageTarget)}`;
  servePage(app.getAppPath(), webSocketUrl);
  answerPage(window.webContents, PAGE_ORIGIN, {
    snapshot: () => ({ view: publisher.view(), timeline: timeline.entries, webSocketUrl }),
    socketReported: (report) => table.reported(report),
  });
  driverPort.onMessage((message) => {
    if (message.type === 'caption') {
      publisher.caption = message.caption;
      const { step, title } = message.caption;
      timeline.add({
        kind: 'story',
        key: `step ${step}`,
        item: title,
        words: () => ({ title }),
        kernelAt: null,
      });
    } else if (message.type === 'act') {
      const act = message.act === 'sign-in' ? signIn : openSignIn;
      void act(window).then(() => driverPort.tell({ type: 'acted' }));
    } else {
      void capture(window, message.shots).then(() => driverPort.tell({ type: 'captured' }));
    }
  });
  window.on('closed', () => {
    publisher.close();
    table.close();
    void roamkit.dispose();
  });

  table.open();
  await window.loadURL(`${PAGE_ORIGIN}/`);
  driverPort.tell({ type: 'ready' });
}

start(options).catch((error: unknown) => {
  console.error(error);
  app.exit(1);
});
