import { EventEmitter } from 'eventemitter3';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { NetworkState, NetworkStatus } from '../../../core/network-types.js';
import type { ReconnectSource } from '../../../core/reconnect/reconnect-source.js';
import { overallStatus } from '../../../core/status.js';
import type { ConnectivitySnapshot } from '../../../ipc/snapshot.js';
import { snapshotFields } from '../../../main/electron/snapshot-source.js';
import type { NetworkMonitorEvents } from '../../../main/monitor/network-monitor.js';
import type { ViewedMonitor } from '../../../main/reconnect/path-view.js';
import { reconnectSignals } from '../../../main/reconnect/reconnect-signals.js';
import { pageNetwork } from '../../../renderer/page-network.js';
import { RoamkitClient } from '../../../renderer/roamkit-client.js';
import { CAPABILITIES, SETTINGS, stateWith, WIFI } from '../support/network-states.js';
import { FakeBridge } from './fake-bridge.js';
import { PageNetworkLab } from './page-network-lab.js';
import { snapshot } from './snapshots.js';

function heardFrom(source: ReconnectSource): string[] {
  const heard: string[] = [];
  source.subscribe(({ generation, urgency, cause }) => heard.push(`${generation} ${urgency} ${cause}`));
  return heard;
}

function monitorWith(state: NetworkState): ViewedMonitor {
  const monitor = Object.assign(new EventEmitter<NetworkMonitorEvents>(), { state });
  return monitor as unknown as ViewedMonitor;
}

const source = (client: RoamkitClient, isLocal = false): ReconnectSource =>
  pageNetwork(
    client,
    () => 0,
    () => isLocal,
  );

describe('with a bridge', () => {
  it("is what the main process's snapshot and signals say", async () => {
    await using lab = await PageNetworkLab.open();
    const network = source(lab.client);
    const heard = heardFrom(network);
    expect([network.hasPath(), network.generation]).toEqual([true, 1]);
    lab.losePath();
    expect([network.hasPath(), network.generation]).toEqual([false, 2]);
    expect(heard).toEqual(['2 wait path-lost']);
    expect(source(lab.client, true).hasPath()).toBe(true);
  });

  it('tells who asked in vain of a path that gives no signal of its own', async () => {
    await using lab = await PageNetworkLab.open();
    const network = source(lab.client);
    const heard = heardFrom(network);
    const { defaultPaths } = lab.client.getSnapshot();
    lab.fake.tell('delta', { seq: 2, changed: { defaultPaths: { 4: null, 6: null } } });
    network.hasPath();
    lab.fake.tell('delta', { seq: 3, changed: { defaultPaths } });
    expect(heard).toEqual(['1 now path-appeared']);
  });
});

describe("where attempts wait for 'online'", () => {
  const statuses = ['unknown', 'portal', 'limited', 'online', 'local'] as const;

  it.each(statuses.flatMap((v4) => statuses.map((v6) => [v4, v6] as const)))(
    'there is a path where the main process has one: IPv4 %s, IPv6 %s',
    async (v4, v6) => {
      const pathOf = (status: NetworkStatus) => (status === 'local' ? null : WIFI);
      const state: NetworkState = {
        ...stateWith(WIFI, 1),
        status: overallStatus({ 4: v4, 6: v6 }),
        families: { 4: v4, 6: v6 },
        defaultPaths: { 4: pathOf(v4), 6: pathOf(v6) },
      };
      using signals = reconnectSignals(monitorWith(state), null, { waitFor: 'online' });
      await using lab = await PageNetworkLab.open(
        snapshotFields(state, CAPABILITIES, { ...SETTINGS, reconnectWhen: 'online' }),
      );
      expect(source(lab.client).hasPath()).toBe(signals.hasPath());
      expect(source(lab.client, true).hasPath()).toBe(true);
    },
  );

  it.each([
    ['portal', false],
    ['limited', true],
  ] as const)('and the status is %s, there is a path: %s', async (status, isThere) => {
    await using lab = await PageNetworkLab.open({ reconnectWhen: 'online' });
    lab.find(status);
    expect(source(lab.client).hasPath()).toBe(isThere);
  });

  it('tells who asked in vain once it is found open', async () => {
    await using lab = await PageNetworkLab.open({ reconnectWhen: 'online' });
    const network = source(lab.client);
    const heard = heardFrom(network);
    lab.find('portal');
    network.hasPath();
    lab.find('unknown');
    lab.find('online');
    expect(heard).toEqual(['1 now path-appeared']);
  });

  it('is not made to wait by the status where the application did not ask for it', async () => {
    await using lab = await PageNetworkLab.open();
    lab.find('portal');
    expect(source(lab.client).hasPath()).toBe(true);
  });

  it('is a default path for pages of a main process that does not say what to wait for', async () => {
    const { reconnectWhen: _, ...older } = snapshot(1);
    const fake = new FakeBridge();
    const client = new RoamkitClient(fake.bridge);
    await fake.answerSnapshot('subscribe', { ...older, status: 'portal' } as ConnectivitySnapshot);
    expect(source(client).hasPath()).toBe(true);
    client.close();
  });
});

describe('without one', () => {
  afterEach(() => vi.unstubAllGlobals());

  function browser(): { goOnLine: (onLine: boolean) => void; client: RoamkitClient } {
    const navigator = { onLine: true };
    vi.stubGlobal('navigator', navigator);
    vi.stubGlobal('window', new EventTarget());
    const client = new RoamkitClient(undefined);
    return {
      client,
      goOnLine(onLine) {
        navigator.onLine = onLine;
        window.dispatchEvent(new Event(onLine ? 'online' : 'offline'));
      },
    };
  }

  it('is what navigator.onLine says', () => {
    const { client, goOnLine } = browser();
    const network = source(client);
    const heard = heardFrom(network);
    expect(network.hasPath()).toBe(true);
    goOnLine(false);
    expect(network.hasPath()).toBe(false);
    goOnLine(true);
    expect(network.hasPath()).toBe(true);
    expect(heard).toEqual(['1 wait path-lost', '2 now path-appeared']);
  });

  it('says nothing to those whose peer is local', () => {
    const { client, goOnLine } = browser();
    const network = source(client, true);
    const heard = heardFrom(network);
    goOnLine(false);
    goOnLine(true);
    expect(network.hasPath()).toBe(true);
    expect(heard).toEqual([]);
  });
});
