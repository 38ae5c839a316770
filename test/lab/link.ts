import type { AddressDump, LinkDump } from './dump.js';
import { LabError } from './errors.js';
import type { Host } from './host.js';
import { waitFor } from './wait-for.js';

/** Options of `lab.link`. The first of each pair is for the first host. */
export interface LinkOptions {
  /** Default `veth0`, `veth1`... on each host. */
  readonly names?: readonly [string, string];
  /** Addresses with prefix length, IPv4 and IPv6: `[['192.0.2.1/24'], ['192.0.2.2/24', '2001:db8::2/64']]`. */
  readonly addresses?: readonly [readonly string[], readonly string[]];
}

/** One end of a {@link Link}: a network interface of a host. */
export class LinkEnd {
  #host: Host;
  #name: string;

  /** Not for callers: `lab.link()` makes links. */
  constructor(
    readonly link: Link,
    host: Host,
    name: string,
    /** What `lab.link()` gave this end, with prefix lengths. */
    readonly addresses: readonly string[],
  ) {
    this.#host = host;
    this.#name = name;
  }

  /** Where the end is now. */
  get host(): Host {
    return this.#host;
  }

  /** What it is called now. */
  get name(): string {
    return this.#name;
  }

  /** For messages: `client/wlan0`. */
  get title(): string {
    return `${this.host.name}/${this.name}`;
  }

  /** The other end. */
  get peer(): LinkEnd {
    return this.link.a === this ? this.link.b : this.link.a;
  }

  /** `ip link set NAME up`, and waits until traffic can flow if the other end is up too. */
  async up(): Promise<void> {
    await this.host.ip(`link set ${this.name} up`);
    await this.link.settled();
  }

  /** `ip link set NAME down`, and waits until the other end has noticed that it lost its carrier. */
  async down(): Promise<void> {
    await this.host.ip(`link set ${this.name} down`);
    await waitFor(async () => (await this.peer.state()).operstate !== 'UP', {
      what: `${this.peer.title} to lose its carrier`,
    });
  }

  /** Adds an address, with prefix length. IPv6 skips duplicate address detection unless the host was made with `dad`. */
  async addAddress(address: string): Promise<void> {
    await this.host.ip(`addr add ${this.addressArguments(address)}`);
  }

  /** Removes an address, with prefix length. */
  async removeAddress(address: string): Promise<void> {
    await this.host.ip(`addr del ${address} dev ${this.name}`);
  }

  async rename(name: string): Promise<void> {
    await this.host.ip(`link set ${this.name} name ${name}`);
    this.#name = name;
  }

  /** Moves the end to another host, where it arrives down and without addresses, under a new name if one is given. */
  async moveTo(host: Host, name = this.name): Promise<void> {
    await this.host.ip(`link set ${this.name} netns ${host.netnsPid} name ${name}`);
    this.#host = host;
    this.#name = name;
  }

  /** The kernel's view of the interface and of its addresses. */
  async state(): Promise<LinkDump & { readonly addr_info: readonly AddressDump[] }> {
    const text = await this.host.ip(`addr show dev ${this.name}`, { flags: ['-json', '-details'] });
    const [state] = JSON.parse(text) as (LinkDump & { readonly addr_info: readonly AddressDump[] })[];
    if (state === undefined) throw new LabError(`${this.host.title}: no link ${this.name}`);
    return state;
  }

  async ifindex(): Promise<number> {
    return (await this.state()).ifindex;
  }

  /** Not for callers: an address as `ip addr add` takes it. */
  addressArguments(address: string): string {
    const skipsDad = address.includes(':') && !this.host.dad;
    return `${address} dev ${this.name}${skipsDad ? ' nodad' : ''}`;
  }
}

// The kernel reports a veth's loss of carrier at once only if its ifindex differs from its peer's; else it takes it for a
// plain device and reports up to 1 s late (linkwatch_urgent_event). Left to itself it numbers the links of every namespace
// from 2, so the first ends of two hosts would be equal. We count from far above what it gives to other links.
let lastIndex = 1000;

/** Our own namespace may be another process's too: there the kernel chooses, and chooses low. */
function chosenIndex({ host }: LinkEnd): string {
  if (host.isHere) return '';
  lastIndex += 1;
  return `index ${lastIndex}`;
}

/** A cable between two hosts (or within one): a veth pair. Made by `lab.link()`. */
export class Link {
  /** The end at the first host. */
  readonly a: LinkEnd;
  /** The end at the second host. */
  readonly b: LinkEnd;

  /** Not for callers: `lab.link()` makes links. */
  constructor(hostA: Host, hostB: Host, { names, addresses = [[], []] }: LinkOptions) {
    this.a = new LinkEnd(this, hostA, names?.[0] ?? hostA.nextLinkName(), addresses[0]);
    this.b = new LinkEnd(this, hostB, names?.[1] ?? hostB.nextLinkName(), addresses[1]);
  }

  /** Makes the veth pair, with both ends up and addressed. Also for one that was deleted: it gets new ifindexes then. */
  async create(): Promise<void> {
    const { a, b } = this;
    await a.host.ip([
      `link add ${a.name} ${chosenIndex(a)} type veth peer name ${b.name} ${chosenIndex(b)} netns ${b.host.netnsPid}`,
      `link set ${a.name} up`,
      ...a.addresses.map((address) => `addr add ${a.addressArguments(address)}`),
    ]);
    await b.host.ip([
      `link set ${b.name} up`,
      ...b.addresses.map((address) => `addr add ${b.addressArguments(address)}`),
    ]);
    await this.settled();
  }

  /** Deletes the pair; both ends go. */
  async delete(): Promise<void> {
    await this.a.host.ip(`link del ${this.a.name}`);
  }

  /**
   * Waits until the kernel has finished what bringing the ends up began: carrier noticed, link-local addresses made and
   * (unless the host was made with `dad`) no address tentative. So what a test sees next is of its own doing. Does
   * nothing while either end is down.
   */
  async settled(): Promise<void> {
    await waitFor(
      async () => {
        const [a, b] = await Promise.all([this.a.state(), this.b.state()]);
        if (![a, b].every(({ flags }) => flags.includes('UP'))) return true;
        return isSettled(this.a, a) && isSettled(this.b, b);
      },
      { what: `the link ${this.a.title} - ${this.b.title} to be up` },
    );
  }
}

type LinkState = Awaited<ReturnType<LinkEnd['state']>>;

function isSettled(end: LinkEnd, { operstate, addr_info: addresses, ...link }: LinkState): boolean {
  if (operstate !== 'UP') return false;
  if (!end.host.dad && addresses.some(({ tentative }) => tentative)) return false;
  // A bridge's port gets no link-local address of its own if it joined before it came up.
  const expectsLinkLocal = link.master === undefined && link['inet6_addr_gen_mode'] === 'eui64';
  return !expectsLinkLocal || addresses.some(({ scope }) => scope === 'link');
}
