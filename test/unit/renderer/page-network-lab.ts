import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import WebSocket, { WebSocketServer } from 'ws';
import type { NetworkStatus } from '../../../core/network-types.js';
import { BRIDGE_KEY } from '../../../ipc/bridge.js';
import type { PageReconnectSignal, TrackedRequest } from '../../../ipc/messages.js';
import type { ConnectivitySnapshot, SnapshotFields } from '../../../ipc/snapshot.js';
import { getRoamkit } from '../../../renderer/get-roamkit.js';
import { RoamingWebSocket } from '../../../renderer/roaming-web-socket.js';
import type { Fresh, RoamingWebSocketOptions } from '../../../renderer/roaming-web-socket-options.js';
import type { RoamkitClient } from '../../../renderer/roamkit-client.js';
import { FakeBridge } from './fake-bridge.js';
import { snapshot } from './snapshots.js';

// What browsers have and Node 20 has not.
globalThis.CloseEvent ??= class extends Event {
  readonly code: number;
  readonly reason: string;
  readonly wasClean: boolean;

  constructor(type: string, { code = 0, reason = '', wasClean = false }: CloseEventInit = {}) {
    super(type);
    this.code = code;
    this.reason = reason;
    this.wasClean = wasClean;
  }
} as typeof CloseEvent;

/** As the WebSockets standard has it, and ws has not: what arrives while it is closing is dropped. */
class StandardWebSocket extends WebSocket {
  override emit(event: string | symbol, ...args: unknown[]): boolean {
    return event === 'message' && this.readyState !== WebSocket.OPEN ? false : super.emit(event, ...args);
  }
}

/** A page: its client, whose main process the test plays, and sockets to a real server. */
export class PageNetworkLab implements AsyncDisposable {
  readonly fake = new FakeBridge();
  readonly client: RoamkitClient;
  readonly sockets: RoamingWebSocket[] = [];
  /** The ids of the connections that the page has tracked, as it opened them. */
  readonly tracked: number[] = [];
  readonly untracked: number[] = [];
  /** The ids of those that the main process doubts, as the test has it. */
  readonly suspects = new Set<number>();
  /** The ids that the page has asked about. */
  readonly asked: number[] = [];
  generation = 1;
  #seq = 1;

  private constructor(readonly server: EchoServer) {
    Reflect.set(globalThis, BRIDGE_KEY, {
      ...this.fake.bridge,
      track: async () => {
        this.tracked.push(this.tracked.length + 1);
        return { ok: true, value: { id: this.tracked.length, generation: this.generation } };
      },
      untrack: async ({ id }: TrackedRequest) => {
        this.untracked.push(id);
        return { ok: true, value: null };
      },
      isSuspect: async ({ id }: TrackedRequest) => {
        this.asked.push(id);
        return { ok: true, value: this.suspects.has(id) };
      },
    });
    this.client = getRoamkit();
  }

  static async open(initial: Partial<ConnectivitySnapshot> = {}): Promise<PageNetworkLab> {
    const lab = new PageNetworkLab(await EchoServer.listen());
    await lab.fake.answerSnapshot('subscribe', { ...snapshot(1), ...initial });
    return lab;
  }

  /** A socket to the server, which writes down its events in words. */
  socket(
    options: RoamingWebSocketOptions = {},
    url: Fresh<string | URL> = this.server.url,
  ): { readonly socket: RoamingWebSocket; readonly story: string[] } {
    const socket = new RoamingWebSocket(url, [], {
      client: this.client,
      WebSocket: StandardWebSocket as unknown as typeof globalThis.WebSocket,
      retry: { delaysMs: [1], jitterPercent: 0 },
      ...options,
    });
    this.sockets.push(socket);
    return { socket, story: storyOf(socket) };
  }

  /** The path of a connection is dead. */
  invalidate(id: number): void {
    this.fake.tell('invalidated', {
      id,
      owner: 'page',
      label: null,
      reason: 'link-down',
      generation: this.generation,
      path: null,
      remote: null,
    });
  }

  /** The default path becomes another one, which concerns these connections. */
  move(urgency: 'now' | 'soon', affected: readonly number[]): void {
    this.#enter({});
    this.signal({ urgency, affected, cause: 'path-changed' });
  }

  losePath(): void {
    this.#enter({ defaultPaths: { 4: null, 6: null } });
    this.signal({ urgency: 'wait', cause: 'path-lost' });
  }

  regainPath(): void {
    this.#enter({ defaultPaths: snapshot(1).defaultPaths });
    this.signal({ urgency: 'now', cause: 'path-appeared' });
  }

  /** The portal detector finds something else; the main process may have nothing to signal. */
  find(status: NetworkStatus): void {
    this.#tellDelta({ status, families: { 4: status, 6: 'offline' } });
  }

  signal(fields: Partial<PageReconnectSignal>): void {
    const { generation } = this;
    const base = { generation, reason: null, delayMs: 0, affected: [] };
    this.fake.tell('reconnect', { ...base, cause: 'path-changed', urgency: 'now', ...fields });
  }

  #enter(changed: Partial<SnapshotFields>): void {
    this.generation += 1;
    this.#tellDelta({ generation: this.generation, ...changed });
  }

  #tellDelta(changed: Partial<SnapshotFields>): void {
    this.#seq += 1;
    this.fake.tell('delta', { seq: this.#seq, changed });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.sockets) socket.close();
    this.client.close();
    Reflect.deleteProperty(globalThis, BRIDGE_KEY);
    await this.server[Symbol.asyncDispose]();
  }
}

/** A socket's events in words, from now on. */
function storyOf(socket: RoamingWebSocket): string[] {
  const story: string[] = [];
  socket.addEventListener('open', () => story.push('open'));
  socket.addEventListener('error', () => story.push('error'));
  socket.addEventListener('close', ({ code, reason }) => story.push(`close ${code} ${reason}`.trim()));
  socket.addEventListener('message', ({ data }) => story.push(`message ${data}`));
  socket.addEventListener('reconnecting', ({ detail }) => story.push(`reconnecting ${detail.cause}`));
  socket.addEventListener('reconnected', ({ detail }) => story.push(`reconnected ${detail.cause}`));
  socket.addEventListener('undelivered', ({ detail }) =>
    story.push(`undelivered ${detail.data} ${detail.reason}`),
  );
  return story;
}

/** A WebSocket server on loopback that sends messages back and keeps what it got. */
export class EchoServer implements AsyncDisposable {
  readonly received: string[] = [];
  readonly requested: string[] = [];
  /** Each connection, in the order they came. */
  readonly connections: WebSocket[] = [];

  private constructor(readonly server: WebSocketServer) {
    server.on('connection', (connection, request) => {
      this.connections.push(connection);
      this.requested.push(request.url ?? '');
      connection.on('message', (data, isBinary) => {
        this.received.push(String(data));
        connection.send(data, { binary: isBinary });
      });
    });
  }

  static async listen(port = 0): Promise<EchoServer> {
    const server = new WebSocketServer({ host: '127.0.0.1', port });
    await once(server, 'listening');
    return new EchoServer(server);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}/`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const connection of this.connections) connection.terminate();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
