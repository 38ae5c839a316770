import { createHash } from 'node:crypto';
import type { TwoLinkLab } from '../../test/lab/index.js';
import { fileBytes } from '../../test/lab/servers/file-bytes.mjs';
import type { ReadyElectron } from '../electron/ready-electron.js';
import { SpawnedApp, type TimedReport } from '../electron/spawned-app.js';

/** Whose end or return is told. `healthy`: transfers over the other link. */
type Part = 'webSocket' | 'fetch' | 'events' | 'download' | 'next' | 'healthy' | 'registry' | 'application';

/** A line that the application printed. */
export interface PlainReport extends TimedReport {
  readonly who: Part;
  readonly event: string;
  readonly reason?: string;
  /** Of the next request: when it was asked, how often in all, and from which address it came. */
  readonly askedAt?: number;
  readonly attempts?: number;
  readonly address?: string;
  /** Of a download that is done: whether its hash is the right one. */
  readonly isWhole?: boolean;
  readonly what?: string;
  readonly why?: string;
}

const DOWNLOAD_BYTES = 100 * 2 ** 20;
const sha256 = createHash('sha256').update(fileBytes(0, DOWNLOAD_BYTES)).digest('hex');

// The server's second address, routed over Wi-Fi whatever becomes of Ethernet.
const BY_WIFI = '203.0.113.2';

/** Starts test/e2e/apps/five-losses/plain.mjs in the lab's client. */
export async function startPlainApp(
  electron: ReadyElectron,
  { server, client, addresses }: TwoLinkLab,
  { hasRoamkit }: { readonly hasRoamkit: boolean },
): Promise<SpawnedApp<PlainReport>> {
  await server.ip(`addr add ${BY_WIFI}/24 dev eth0`);
  await client.ip(`route add ${BY_WIFI}/32 via ${addresses.wifiGateway.v4} dev wlan0`);
  const [http, webSocket] = await Promise.all([server.http(), server.webSocketEcho()]);
  // Each of its requests shares a server, and so its pool, with none of the page's.
  const files = await server.http();
  const urlsOf = (address: string) => ({
    http: `http://${address}:${http.port}`,
    webSocket: `ws://${address}:${webSocket.port}`,
  });
  const app = await SpawnedApp.start<PlainReport>(electron, client, {
    name: 'five-losses',
    main: 'plain.mjs',
    settings: {
      hasRoamkit,
      query: urlsOf(addresses.server.v4),
      healthy: urlsOf(BY_WIFI),
      file: {
        url: `http://${addresses.server.v4}:${files.port}/file?bytes=${DOWNLOAD_BYTES}&ms=10`,
        bytes: DOWNLOAD_BYTES,
        sha256,
      },
    },
  });
  await app.first(0, ({ event }) => event === 'ready');
  return app;
}
