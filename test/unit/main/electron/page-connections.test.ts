import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Lookup, NetworkState } from '../../../../core/network-types.js';
import { PageConnections, type PageConnectionsContext } from '../../../../main/electron/page-connections.js';
import type { Connection } from '../../../../main/registry/connection.js';
import { CAPABILITIES, stateWith, WIFI } from '../../support/network-states.js';

const lookup = (dst: string, routable = true): Lookup => ({
  dst,
  routable,
  reason: routable ? null : 'no-route',
  type: 'unicast',
  table: 254,
  prefix: null,
  oif: 2,
  link: 'wlan0',
  gateway: null,
  source: dst.includes(':') ? '2001:db8::10' : '192.0.2.10',
  certain: true,
  nexthops: null,
});

let state: NetworkState;
let nextId: number;
let isBehind: boolean;
const states = new Map<number, Connection['state']>();
const untracked = vi.fn<(id: number) => void>();
const track = vi.fn<PageConnectionsContext['registry']['track']>();
const resolveHost = vi.fn<PageConnectionsContext['resolveHost']>();
const lookupKernel = vi.fn<PageConnectionsContext['monitor']['lookupKernel']>();

function pageConnections(changes: Partial<PageConnectionsContext> = {}): PageConnections {
  return new PageConnections({
    monitor: {
      get state() {
        return state;
      },
      capabilities: CAPABILITIES,
      lookup: (dst) => lookup(dst, !dst.includes(':')),
      lookupKernel,
      get isBehind() {
        return isBehind;
      },
    },
    registry: { track },
    resolveHost,
    hasRoom: () => true,
    ...changes,
  });
}

beforeEach(() => {
  state = stateWith(WIFI, 1);
  nextId = 1;
  isBehind = false;
  states.clear();
  untracked.mockReset();
  resolveHost.mockReset().mockResolvedValue(['2001:db8::1', '198.51.100.7']);
  lookupKernel.mockReset().mockImplementation((dst) => lookup(dst));
  track.mockReset().mockImplementation(() => {
    const id = nextId++;
    return { id, state: states.get(id) ?? 'routable', untrack: () => untracked(id) } as Connection;
  });
});

it('tracks the peer with the source that the kernel gives it', async () => {
  expect(await pageConnections().track({ url: 'wss://198.51.100.7:8443', label: 'chat' })).toEqual({
    id: 1,
    generation: 1,
  });
  expect(track).toHaveBeenCalledWith(
    { remote: { address: '198.51.100.7', port: 8443 }, local: { address: '192.0.2.10', port: 0 } },
    { label: 'chat', host: '198.51.100.7', owner: 'page' },
  );
  expect(resolveHost).not.toHaveBeenCalled();
});

it('takes the first address of a name that can be reached', async () => {
  await pageConnections().track({ host: 'example.com', port: 443 });
  expect(track).toHaveBeenCalledWith(
    expect.objectContaining({ remote: { address: '198.51.100.7', port: 443 } }),
    { label: 'example.com:443', host: 'example.com', owner: 'page' },
  );
});

it('knows no source where the kernel cannot be asked, or does not answer', async () => {
  const flow = { remote: { address: '198.51.100.7', port: 80 } };
  const monitor = {
    state,
    capabilities: { ...CAPABILITIES, kernelLookup: false },
    lookup: (dst: string) => lookup(dst),
    lookupKernel,
    isBehind,
  };
  await pageConnections({ monitor }).track({ host: '198.51.100.7', port: 80 });
  expect(lookupKernel).not.toHaveBeenCalled();
  lookupKernel.mockImplementation(() => {
    throw new Error('ENETUNREACH');
  });
  await pageConnections().track({ host: '198.51.100.7', port: 80 });
  expect(track.mock.calls.map(([target]) => target)).toEqual([flow, flow]);
});

it('asks again for a name that was resolved while the network changed, but not for ever', async () => {
  resolveHost.mockImplementation(async () => {
    state = stateWith(WIFI, state.generation + 1);
    return ['198.51.100.7'];
  });
  await pageConnections().track({ host: 'example.com', port: 443 });
  expect(resolveHost).toHaveBeenCalledTimes(3);
  expect(track).toHaveBeenCalledTimes(1);
});

describe('refuses', () => {
  it('a name without an address', async () => {
    const answers = [
      Promise.resolve([]),
      Promise.resolve(['not an address']),
      Promise.reject(new Error('ENOTFOUND')),
    ];
    for (const answer of answers) {
      resolveHost.mockReturnValueOnce(answer);
      await expect(pageConnections().track({ host: 'example.com', port: 443 })).rejects.toMatchObject({
        reason: 'unresolved',
      });
    }
    expect(track).not.toHaveBeenCalled();
  });

  it('more than the window may track, names that are being resolved included', async () => {
    const connections: PageConnections = pageConnections({ hasRoom: () => connections.count < 2 });
    const answers = await Promise.allSettled([
      connections.track({ host: 'example.com', port: 1 }),
      connections.track({ host: 'example.com', port: 2 }),
      connections.track({ host: 'example.com', port: 3 }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    connections.untrack(1);
    await connections.track({ host: '198.51.100.7', port: 4 });
    expect(connections.count).toBe(2);
  });

  it('a page that left while its name was resolved', async () => {
    const connections = pageConnections();
    const tracking = connections.track({ host: 'example.com', port: 443 });
    connections.close();
    await expect(tracking).rejects.toMatchObject({ reason: 'sender' });
    expect(track).not.toHaveBeenCalled();
  });
});

it("untracks the page's own connections only", async () => {
  const connections = pageConnections();
  const { id } = await connections.track({ host: '198.51.100.7', port: 80 });
  connections.untrack(id + 1);
  expect(untracked).not.toHaveBeenCalled();
  connections.untrack(id);
  connections.untrack(id);
  expect(untracked).toHaveBeenCalledExactlyOnceWith(id);
});

it('untracks all when the page goes', async () => {
  const connections = pageConnections();
  for (const port of [1, 2, 3]) await connections.track({ host: '198.51.100.7', port });
  connections.close();
  expect(untracked.mock.calls).toEqual([[1], [2], [3]]);
  expect(connections.count).toBe(0);
});

it('names the connections that are not routable by the path they were tracked with', async () => {
  states.set(2, 'rerouted').set(3, 'suspect');
  const connections = pageConnections();
  for (let count = 0; count < 3; count++) await connections.track({ url: 'ws://198.51.100.7' });
  expect(connections.affected()).toEqual([2, 3]);
});

it('doubts a connection that is suspect, that is invalidated, or of which the kernel may have told something', async () => {
  states.set(2, 'rerouted').set(3, 'suspect');
  const connections = pageConnections();
  for (let count = 0; count < 4; count++) await connections.track({ url: 'ws://198.51.100.7' });
  connections.forget(4);
  expect([1, 2, 3, 4].map((id) => connections.isSuspect(id))).toEqual([false, false, true, true]);
  isBehind = true;
  expect(connections.isSuspect(1)).toBe(true);
});
