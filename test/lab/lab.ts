import { LabError } from './errors.js';
import { Host } from './host.js';
import { Link, type LinkEnd, type LinkOptions } from './link.js';
import { ownNamespace } from './namespace.js';
import { type HostOptions, openHost } from './open-host.js';
import { hostSysctls } from './sysctl.js';

/** Options of `lab.bridge`. */
export interface BridgeOptions {
  /** Link ends that become its ports. They must be on the bridge's host. */
  readonly ports?: readonly LinkEnd[];
  /** Addresses of the bridge itself, with prefix length. */
  readonly addresses?: readonly string[];
}

/**
 * Hosts, routers and links in the running kernel: each host is a network namespace of its own. Labs do not see each
 * other and touch neither the machine's network nor its files, and nothing of them outlives this process.
 *
 * Needs root or a user namespace: start the tests through `node test/lab/enter.mjs COMMAND`.
 *
 * @example
 * await using lab = await Lab.create();
 * const [client, server] = await Promise.all([lab.host('client'), lab.host('server')]);
 * await lab.link(client, server, { addresses: [['192.0.2.1/24'], ['192.0.2.2/24']] });
 * const echo = await server.tcpEcho();
 * await client.reach('192.0.2.2', echo.port); // '192.0.2.1'
 */
export class Lab implements AsyncDisposable {
  readonly #hosts = new Map<string, Promise<Host>>();
  readonly #links: Link[] = [];
  #closing: Promise<void> | undefined;

  private constructor() {}

  /** @throws {LabError} on anything but Linux. */
  static async create(): Promise<Lab> {
    assertLinux();
    return new Lab();
  }

  /**
   * This process's own namespace as a host, for programs that cannot be started in another one (Playwright must share
   * the network with the Electron that it drives). It can be linked with a lab's hosts; a lab takes its links with it when it closes.
   *
   * @throws {LabError} unless the process was started with `node test/lab/enter.mjs --own-net COMMAND`, so that the
   * machine's real network is never touched.
   */
  static async here({ dad = false, sysctls = {} }: HostOptions = {}): Promise<Host> {
    assertLinux();
    if (process.env['ROAMKIT_LAB_HERE'] !== '1') {
      throw new LabError(
        "Lab.here() would change this machine's own network. " +
          'Start the program in a network namespace of its own: node test/lab/enter.mjs --own-net COMMAND',
      );
    }
    const host = new Host('here', ownNamespace(), { dad });
    const settings = Object.entries(hostSysctls({ dad, forwarding: false, sysctls }));
    await Promise.all(settings.map(([key, value]) => host.sysctl(key, value)));
    return host;
  }

  /** The names of the hosts. */
  get hostNames(): readonly string[] {
    return [...this.#hosts.keys()];
  }

  /**
   * Adds a host: a network namespace with `lo` up and nothing else.
   *
   * @param name for error messages; unique in this lab only.
   */
  host(name: string, options: HostOptions = {}): Promise<Host> {
    return this.#addHost(name, { ...options, forwarding: false });
  }

  /** Adds a host that forwards IPv4 and IPv6 between its links. */
  router(name: string, options: HostOptions = {}): Promise<Host> {
    return this.#addHost(name, { ...options, forwarding: true });
  }

  /** Connects two hosts (or a host with itself) with a veth pair. Both ends are up and settled when it resolves. */
  async link(a: Host, b: Host, options: LinkOptions = {}): Promise<Link> {
    this.#assertOpen();
    const link = new Link(a, b, options);
    this.#links.push(link);
    await link.create();
    return link;
  }

  /** Adds a bridge (a switch) to a host, up, without spanning tree, so that its ports forward at once. */
  async bridge(host: Host, name: string, { ports = [], addresses = [] }: BridgeOptions = {}): Promise<void> {
    this.#assertOpen();
    const nodad = host.dad ? '' : ' nodad';
    await host.ip([
      `link add ${name} type bridge stp_state 0`,
      ...ports.map((port) => `link set ${port.name} master ${name}`),
      `link set ${name} up`,
      ...addresses.map((address) => `addr add ${address} dev ${name}${address.includes(':') ? nodad : ''}`),
    ]);
  }

  /** Ends all processes of the lab and frees its namespaces. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #addHost(name: string, options: HostOptions & { readonly forwarding: boolean }): Promise<Host> {
    this.#assertOpen();
    if (this.#hosts.has(name)) throw new LabError(`this lab has a host "${name}" already`);
    const host = openHost(name, options);
    this.#hosts.set(name, host);
    return host;
  }

  async #close(): Promise<void> {
    // The kernel frees a namespace some time after its last process is gone, and the links with it. Where the other end
    // is in our own namespace, the next lab may want the name before that.
    await Promise.allSettled(
      this.#links.filter(({ a, b }) => a.host.isHere || b.host.isHere).map((link) => link.delete()),
    );
    const hosts = await Promise.allSettled(this.#hosts.values());
    await Promise.all(hosts.map((host) => (host.status === 'fulfilled' ? host.value.close() : undefined)));
  }

  #assertOpen(): void {
    if (this.#closing) throw new LabError('this lab is closed');
  }
}

function assertLinux(): void {
  if (process.platform !== 'linux') throw new LabError('the lab is made of Linux network namespaces');
}
