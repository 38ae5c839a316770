import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PortalAnnouncement } from '../../main/index.js';
import { type MonitoredLab, monitoredLab } from '../fixtures/monitored-lab.js';
import { AdvertisementSender, option } from '../fixtures/router.js';
import { carrierLost, type LinkEnd, linkDown, waitFor } from '../lab/index.js';

// RFC 8910: a router says where its network's captive-portal API is. The advertisements are real ones, from the router's end.

const CAPTIVE_PORTAL = 37;
const RECURSIVE_DNS_SERVER = 25;
const URI = 'https://portal.example/api';
const SECOND = 'fe80::2';

let sender: AdvertisementSender;
beforeAll(() => {
  sender = new AdvertisementSender();
});
afterAll(() => sender[Symbol.dispose]());

/** All that a monitor says of portals, and a router that speaks. */
async function listening(): Promise<Ear> {
  return new Ear(await monitoredLab());
}

class Ear implements AsyncDisposable {
  readonly heard: PortalAnnouncement[] = [];
  #last = 0;

  constructor(readonly lab: MonitoredLab) {
    lab.monitor.on('portal', (announcement) => this.heard.push(announcement));
  }

  get uris(): string[] {
    return this.heard.map(({ uri }) => uri).filter((uri) => !uri.startsWith('marker:'));
  }

  async announce(uri: string | Uint8Array, from: { end?: LinkEnd; router?: string } = {}): Promise<void> {
    await this.send(option(CAPTIVE_PORTAL, uri), from);
  }

  /** Sends one with these options, and waits until it was read. */
  async send(
    options: Uint8Array,
    { end = this.lab.net.ethernet.b, router }: { readonly end?: LinkEnd; readonly router?: string } = {},
  ): Promise<void> {
    await sender.send(end, router ?? (await linkLocal(end)), options);
    await this.caughtUp(end);
  }

  /** A link keeps the order: what was sent before the marker has been read when the marker is heard. */
  async caughtUp(end: LinkEnd = this.lab.net.ethernet.b): Promise<void> {
    this.#last += 1;
    const marker = `marker:${this.#last}`;
    // From a router of its own, so that it does not come between what the others say.
    await end.host.ip(`addr replace fe80::3333/64 dev ${end.name} nodad`);
    await sender.send(end, 'fe80::3333', option(CAPTIVE_PORTAL, marker));
    await waitFor(() => this.heard.some(({ uri }) => uri === marker), { what: 'the marker' });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.lab[Symbol.asyncDispose]();
  }
}

async function linkLocal(end: LinkEnd): Promise<string> {
  const { addr_info: addresses } = await end.state();
  // The one made of its hardware address (RFC 4291 appendix A), not one that a test added.
  const found = addresses.find(({ scope, local }) => scope === 'link' && local?.includes('ff:fe'));
  if (found?.local === undefined) throw new Error(`${end.title} has no link-local address`);
  return found.local;
}

describe('docs/kernel.md 28: the captive-portal option of a router advertisement', () => {
  it('is told with link, router, URI and time', async () => {
    await using ear = await listening();
    const { ethernet } = ear.lab.net;
    const before = Number(process.hrtime.bigint()) / 1e6;
    await ear.announce(URI);
    expect(ear.heard[0]).toEqual({
      ifindex: await ethernet.a.ifindex(),
      link: 'eth0',
      uri: URI,
      router: await linkLocal(ethernet.b),
      receivedAt: expect.any(Number),
    });
    expect(ear.heard[0]?.receivedAt).toBeGreaterThan(before);
    expect(ear.heard[0]?.receivedAt).toBeLessThan(Number(process.hrtime.bigint()) / 1e6);
  });

  it('is told as it is where it says that there is no portal', async () => {
    await using ear = await listening();
    await ear.announce('urn:ietf:params:capport:unrestricted');
    expect(ear.uris).toEqual(['urn:ietf:params:capport:unrestricted']);
  });

  it('is found among other options', async () => {
    await using ear = await listening();
    const server = Buffer.concat([Buffer.from([0, 0, 0, 0, 1, 44]), Buffer.alloc(16, 1)]);
    await ear.send(Buffer.concat([option(RECURSIVE_DNS_SERVER, server), option(CAPTIVE_PORTAL, URI)]));
    expect(ear.uris).toEqual([URI]);
    expect(ear.lab.monitor.stats.malformedMessages).toBe(0);
  });

  it('may be as long as an option can be', async () => {
    await using ear = await listening();
    const longest = `https://portal.example/${'a'.repeat(255 * 8 - 2 - 'https://portal.example/'.length)}`;
    // One that came in fragments would be dropped (RFC 6980).
    for (const { host, name } of [ear.lab.net.ethernet.a, ear.lab.net.ethernet.b]) {
      await host.ip(`link set ${name} mtu 4000`);
    }
    await ear.announce(longest);
    expect(ear.uris).toEqual([longest]);
  });
});

describe('an announcement', () => {
  it('is told once, however often it is repeated', async () => {
    await using ear = await listening();
    const { monitor } = ear.lab;
    await ear.announce(URI);
    const batches: unknown[] = [];
    monitor.on('batch', ({ portals }) => batches.push(portals.map(({ uri }) => uri)));
    for (let time = 0; time < 3; time++) {
      await sender.send(ear.lab.net.ethernet.b, await linkLocal(ear.lab.net.ethernet.b), option(37, URI));
    }
    await ear.caughtUp();
    expect(ear.uris).toEqual([URI]);
    // Not one for the repetitions: what came besides is the marker's.
    expect(batches.filter((uris) => JSON.stringify(uris) !== '["marker:2"]')).toEqual([]);
  });

  it('is told again when its URI, its router or its link is another', async () => {
    await using ear = await listening();
    const { ethernet, wifi, router } = ear.lab.net;
    await router.ip(`addr add ${SECOND}/64 dev eth0 nodad`);
    await ear.announce(URI);
    await ear.announce(`${URI}/2`);
    await ear.announce(`${URI}/2`, { router: SECOND });
    await ear.announce(`${URI}/2`, { end: wifi.b });
    // Two routers that say the same in turn say nothing new.
    await ear.announce(`${URI}/2`);
    await ear.announce(`${URI}/2`, { router: SECOND });
    const said = ear.heard.filter(({ uri }) => uri.startsWith('https:'));
    expect(said.map(({ link, router: who, uri }) => [link, who, uri])).toEqual([
      ['eth0', await linkLocal(ethernet.b), URI],
      ['eth0', await linkLocal(ethernet.b), `${URI}/2`],
      ['eth0', SECOND, `${URI}/2`],
      ['wlan0', await linkLocal(wifi.b), `${URI}/2`],
    ]);
  });

  it.each([
    ['down', linkDown],
    ['without a carrier', carrierLost],
  ])('is told again after its link was %s: it may be another network', async (_, lose) => {
    await using ear = await listening();
    const { ethernet } = ear.lab.net;
    const router = await linkLocal(ethernet.b);
    await ear.announce(URI);
    await (await lose(ethernet.a))();
    await ethernet.settled();
    await ear.lab.settled();
    await ear.announce(URI, { router });
    expect(ear.uris).toEqual([URI, URI]);
  });
});

describe('what is no URI', () => {
  it.each<readonly [string, Uint8Array | string]>([
    ['nothing', ''],
    ['a word without a scheme', 'portal.example/api'],
    ['a scheme of other characters', 'ht tp://portal.example'],
    ['one with a space', 'https://portal.example/a b'],
    ['one with a line break', 'https://portal.example/\nGET / HTTP/1.1'],
    ['one with a terminal sequence', 'https://portal.example/\u001b[2J'],
    ['one with bytes that are no ASCII', 'https://portal.example/ü'],
    ['one with something after its end', 'https://portal.example/\0https://other.example/'],
    ['noise', Uint8Array.from({ length: 64 }, (_, n) => (n * 73) & 255)],
  ])('is not told: %s', async (_, value) => {
    await using ear = await listening();
    await ear.announce(value);
    expect(ear.uris).toEqual([]);
    expect(ear.lab.monitor.stats.malformedMessages).toBe(0);
  });

  it('does not keep a good one from being told', async () => {
    await using ear = await listening();
    await ear.announce('nonsense');
    await ear.announce(URI);
    expect(ear.uris).toEqual([URI]);
  });
});
