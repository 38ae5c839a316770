import { fileURLToPath } from 'node:url';
import { type DumpOptions, type HostDump, readDump } from './dump.js';
import { LabError } from './errors.js';
import { HostProcess, type SpawnOptions } from './host-process.js';
import { type Family, type IpOptions, ipBatch } from './ip-batch.js';
import type { Namespace } from './namespace.js';
import { type Command, type RunOptions, type RunResult, run } from './run.js';
import { LabServer, type PortalOptions, type SecureServerOptions, type ServerOptions } from './server.js';
import { sysctlPath } from './sysctl.js';

/** Options of {@link Host.reach}. */
export interface ReachOptions {
  /** The local address to connect from. Default: the kernel's choice. */
  readonly source?: string;
  /** Default 1000. */
  readonly timeoutMs?: number;
}

/** A computer in the lab: a network namespace, and ways to run things in it. Made by `lab.host()`. */
export class Host implements AsyncDisposable {
  readonly name: string;
  /** Does duplicate address detection run on this host's new addresses? */
  readonly dad: boolean;
  readonly #namespace: Namespace;
  readonly #processes = new Set<HostProcess>();
  #linksNamed = 0;
  #closing: Promise<void> | undefined;

  /** Not for callers: `lab.host()` makes hosts. */
  constructor(name: string, namespace: Namespace, { dad }: { readonly dad: boolean }) {
    this.name = name;
    this.dad = dad;
    this.#namespace = namespace;
  }

  /** The namespace's path, for `setns()`: `NetworkMonitor.start({ netns: host.netns })`. Valid until the host closes. */
  get netns(): string {
    return this.#namespace.path;
  }

  /** A process in the namespace, as `ip link set ... netns PID` wants it. */
  get netnsPid(): number {
    return this.#namespace.pid;
  }

  /** It is this process's own namespace (`Lab.here()`), so what is made in it outlives the lab. */
  get isHere(): boolean {
    return this.#namespace.isOwn;
  }

  /** The same command, wrapped so that whoever spawns it runs it in this host: for Playwright, node-pty and the like. */
  enter(command: string, args: readonly string[] = []): Command {
    return this.#namespace.enter({ command, args });
  }

  /**
   * Runs a command to its end.
   *
   * @throws {LabError} if it fails, unless `allowFailure` is set.
   */
  exec(command: string, args: readonly string[] = [], options: RunOptions = {}): Promise<RunResult> {
    this.#assertOpen();
    return run(this.title, { command, args }, this.enter(command, args), options);
  }

  /** Starts a long-running program, which ends with the host at the latest. */
  async spawn(
    command: string,
    args: readonly string[] = [],
    options: SpawnOptions = {},
  ): Promise<HostProcess> {
    this.#assertOpen();
    const process = await HostProcess.start(
      this.title,
      { command, args },
      this.enter(command, args),
      options,
    );
    this.#processes.add(process);
    void process.exit.then(() => this.#processes.delete(process));
    return process;
  }

  /**
   * Runs `ip` commands, without the word `ip`, in one process and in order; the first that fails ends it.
   *
   * @returns what they printed.
   * @throws {LabError} that names the line.
   * @example await host.ip(['link set wlan0 mtu 1400', 'route add default via 192.0.2.254 metric 100']);
   */
  ip(commands: string | readonly string[], options: IpOptions = {}): Promise<string> {
    this.#assertOpen();
    return ipBatch(this.title, (command) => this.#namespace.enter(command), commands, options);
  }

  /** The kernel's links, addresses, routes of all tables, rules and next-hop objects. */
  dump(options: DumpOptions = {}): Promise<HostDump> {
    return readDump(async (commands, flags, family) => {
      const text = await this.ip(commands, {
        flags: ['-json', '-details', ...flags],
        ...(family === undefined ? {} : { family }),
      });
      return text
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as unknown[]);
    }, options);
  }

  /** The routes of one family as `ip route` prints them, one a line; by default of all tables. */
  async routeLines(family: Family, selector = 'table all'): Promise<string[]> {
    const text = await this.ip(`route show ${selector}`, { family, flags: ['-oneline'] });
    return text
      .split('\n')
      .map((line) => line.replaceAll('\\', ' ').replace(/\s+/g, ' ').trim())
      .filter(Boolean);
  }

  /**
   * Reads a kernel setting, or writes it and reads it back.
   *
   * @example await host.sysctl('net.ipv4.conf.all.promote_secondaries', 1);
   */
  async sysctl(key: string, value?: string | number): Promise<string> {
    // /proc/sys/net shows the namespace of whoever opens the file, so a process inside must.
    const script = value === undefined ? 'cat "$1"' : 'printf "%s\\n" "$2" > "$1" && cat "$1"';
    const { stdout } = await this.exec('sh', ['-c', script, 'sh', sysctlPath(key), String(value ?? '')]);
    return stdout.trim();
  }

  /**
   * Tries to open a TCP connection from this host.
   *
   * @returns the local address it got, or undefined if it did not come about.
   */
  async reach(
    address: string,
    port: number,
    { source, timeoutMs = 1000 }: ReachOptions = {},
  ): Promise<string | undefined> {
    const script = fileURLToPath(new URL('./reach.mjs', import.meta.url));
    const request = JSON.stringify({ address, port, source, timeoutMs });
    const { stdout, code } = await this.exec(process.execPath, [script, request], { allowFailure: true });
    return code === 0 ? stdout.trim() : undefined;
  }

  /** A TCP server that sends back what it gets. */
  tcpEcho(options: ServerOptions = {}): Promise<LabServer> {
    return LabServer.start(this, 'tcp-echo', options);
  }

  /** A WebSocket server that sends back each message. A client of `/whoami` is first told its own address as the server sees it. */
  webSocketEcho(options: ServerOptions = {}): Promise<LabServer> {
    return LabServer.start(this, 'web-socket-echo', options);
  }

  /** The server of a chat, which keeps each message once and prints it: see servers/chat.mjs. */
  chat(options: ServerOptions = {}): Promise<LabServer> {
    return LabServer.start(this, 'chat', options);
  }

  /** An HTTP server with a few useful paths: see servers/http-routes.mjs. */
  http(options: ServerOptions = {}): Promise<LabServer> {
    return LabServer.start(this, 'http', options);
  }

  /** The same over TLS, HTTP/2 or 1.1 as the client prefers, and an echo server for WebSockets. */
  secureHttp(options: SecureServerOptions): Promise<LabServer> {
    return LabServer.start(this, 'secure-http', options);
  }

  /** A proxy of HTTP's CONNECT. */
  connectProxy(options: ServerOptions = {}): Promise<LabServer> {
    return LabServer.start(this, 'connect-proxy', options);
  }

  /** A proxy of SOCKS5. */
  socksProxy(options: ServerOptions = {}): Promise<LabServer> {
    return LabServer.start(this, 'socks-proxy', options);
  }

  /** A captive portal that holds everybody back: see servers/portal.mjs. */
  portal(options: PortalOptions): Promise<LabServer> {
    return LabServer.start(this, 'portal', options);
  }

  /** A DNS server that answers by who asks: see servers/dns.mjs. Names are asked for at port 53, its default. */
  dns(options: ServerOptions = {}): Promise<LabServer> {
    return LabServer.start(this, 'dns', { port: 53, ...options });
  }

  /** Ends all that runs in the host and frees its namespace; links to it vanish from their other ends. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** For error messages: `host "client"`. */
  get title(): string {
    return `host "${this.name}"`;
  }

  /** Not for callers: a name for a link that was given none. */
  nextLinkName(): string {
    this.#linksNamed += 1;
    return `veth${this.#linksNamed - 1}`;
  }

  async #close(): Promise<void> {
    await Promise.all([...this.#processes].map((process) => process.stop()));
    await this.#namespace.close();
  }

  #assertOpen(): void {
    if (this.#closing) throw new LabError(`${this.title} is closed`);
  }
}
