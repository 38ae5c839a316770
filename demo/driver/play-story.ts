import { setTimeout as delay } from 'node:timers/promises';
import type { TwoLinkLab } from '../../test/lab/index.js';
import type { LabScene } from '../shared/options.js';
import type { Application } from './application.js';
import type { Camera } from './camera.js';
import type { Step } from './step.js';
import type { WindowsBeside } from './windows-beside.js';

// People read the caption first, then watch what happens.
const PACE = {
  watched: { beforeMs: 2200, afterMs: 5200 },
  unwatched: { beforeMs: 100, afterMs: 1500 },
} as const;

/** Starts the servers of the story's connections. */
export async function startLabServers(net: TwoLinkLab): Promise<LabScene> {
  const [tcp, webSocket, printer, web] = await Promise.all([
    net.server.tcpEcho(),
    net.server.webSocketEcho(),
    net.router.tcpEcho(),
    net.server.http({ port: 80 }),
  ]);
  const { server, wifi, wifiGateway } = net.addresses;
  return {
    scene: 'lab',
    wifiAddress: wifi.v4,
    tcp: { host: server.v4, port: tcp.port },
    tcp6: { host: server.v6, port: tcp.port },
    webSocket: { host: server.v4, port: webSocket.port },
    probes: [server.v4, `[${server.v6}]`].map((host) => `http://${host}:${web.port}/generate_204`),
    printer: { host: wifiGateway.v4, port: printer.port },
  };
}

/** What {@link playStory} needs to know of who looks on. */
export interface Audience {
  /** Takes screenshots of each step; `null`: none are wanted. */
  readonly camera: Camera | null;
  readonly isWatched: boolean;
  /** The windows beside the demo's, if any. */
  readonly beside: WindowsBeside | null;
  /** Told of each step. */
  readonly announce: (line: string) => void;
}

/** Plays all steps, one after the other. */
export async function playStory(
  application: Application,
  steps: readonly Step[],
  { camera, isWatched, beside, announce }: Audience,
  signal: AbortSignal,
): Promise<void> {
  const { beforeMs, afterMs } = PACE[isWatched ? 'watched' : 'unwatched'];
  for (const [index, { title, text, play }] of steps.entries()) {
    announce(`${index + 1}/${steps.length} ${title}`);
    application.tellStory({ step: index + 1, steps: steps.length, title, text });
    await delay(beforeMs, undefined, { signal });
    await play(application);
    await delay(afterMs, undefined, { signal });
    if (camera === null) continue;
    const name = fileName(index + 1, title);
    await camera.shoot(application, name);
    await beside?.shoot(camera, name);
  }
}

/** `3-wi-fi-is-switched-off`. */
function fileName(step: number, title: string): string {
  return `${step}-${title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`;
}
