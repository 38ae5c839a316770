import type { RoamkitClient } from 'roamkit/renderer';
import { PAGE_SOCKET_LABEL, type SocketReport } from '../shared/demo-api.js';

// For what no signal announces: a server that is not up yet.
const RETRY_MS = 2000;

// `soon` is no hurry, since the old socket may well work; and where both families move to another link, two signals
// come, some milliseconds apart.
const SOON_MS = 100;

interface OpenSocket {
  readonly id: number;
  readonly socket: WebSocket;
}

/**
 * A WebSocket of the page that follows the network: tracked as it opens, closed when roamkit says that it is dead, opened
 * anew when roamkit says so.
 */
export class OwnWebSocket {
  readonly #url: string;
  readonly #roamkit: RoamkitClient;
  readonly #report: (report: SocketReport) => void;
  readonly #isLoopback: boolean;
  #current: OpenSocket | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(url: string, roamkit: RoamkitClient, report: (report: SocketReport) => void) {
    this.#url = url;
    this.#roamkit = roamkit;
    this.#report = report;
    this.#isLoopback = new URL(url).hostname === '127.0.0.1';
  }

  /** Opens it, and keeps it open from then on. */
  follow(): void {
    const roamkit = this.#roamkit;
    roamkit.on('invalidated', ({ id }) => {
      if (id === this.#current?.id) this.#drop();
    });
    roamkit.on('reconnect', ({ urgency, delayMs }) => {
      if (urgency === 'wait' || this.#isLoopback) return;
      // `soon`: the old one still works; it is dropped once the new one is open.
      if (urgency === 'soon') this.#openAfter(SOON_MS + delayMs);
      else if (this.#current === null) this.#openAfter(delayMs);
    });
    void this.#open();
  }

  #openAfter(delayMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#open(), delayMs);
  }

  async #open(): Promise<void> {
    const socket = new WebSocket(this.#url);
    const tracked = this.#roamkit.track(this.#url, { label: PAGE_SOCKET_LABEL });
    const opened = new Promise<boolean>((resolve) => {
      socket.onopen = () => resolve(true);
      socket.onclose = () => resolve(false);
    });
    const connection = await tracked;
    const current: OpenSocket = { id: connection.id, socket };
    if (!(await opened)) {
      connection.untrack();
      if (this.#current === null && !this.#isWaiting) this.#openAfter(RETRY_MS);
      return;
    }
    const old = this.#current;
    this.#current = current;
    this.#report({ id: current.id, state: 'open' });
    socket.onclose = () => {
      connection.untrack();
      if (this.#current === current) this.#lost();
    };
    old?.socket.close();
  }

  get #isWaiting(): boolean {
    const { 4: v4, 6: v6 } = this.#roamkit.getSnapshot().defaultPaths;
    return !this.#isLoopback && v4 === null && v6 === null;
  }

  /** roamkit found it dead: its closing handshake would not get anywhere, so nobody waits for it. */
  #drop(): void {
    const dead = this.#current;
    this.#current = null;
    dead?.socket.close();
  }

  /** The server closed it. */
  #lost(): void {
    const id = this.#current?.id ?? 0;
    this.#current = null;
    this.#report({ id, state: 'closed' });
    this.#openAfter(RETRY_MS);
  }
}
