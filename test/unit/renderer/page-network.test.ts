import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ReconnectSource } from '../../../core/reconnect/reconnect-source.js';
import { pageNetwork } from '../../../renderer/page-network.js';
import { RoamkitClient } from '../../../renderer/roamkit-client.js';
import { PageNetworkLab } from './page-network-lab.js';

function heardFrom(source: ReconnectSource): string[] {
  const heard: string[] = [];
  source.subscribe(({ generation, urgency, cause }) => heard.push(`${generation} ${urgency} ${cause}`));
  return heard;
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
