import { getRoamkit } from '../get-roamkit.js';
import type { PageConnection } from '../roamkit-client.js';

/** What is used of a `ReconnectingWebSocket` of `reconnecting-websocket`, or of `partysocket` (`PartySocket` is one too). */
export interface ReconnectingSocket {
  readonly readyState: number;
  readonly url: string;
  addEventListener(type: 'open' | 'close', listener: () => void): void;
  removeEventListener(type: 'open' | 'close', listener: () => void): void;
  reconnect(code?: number, reason?: string): void;
}

// As WebSocket has them.
const CONNECTING = 0;
const OPEN = 1;

// Of the codes for an application's own use (RFC 6455 section 7.4.2): an application that takes 1000 for a wanted end and
// reconnects after others only, shall reconnect.
const PATH_INVALIDATED = 4000;

/**
 * Makes a reconnecting socket aware of the network. Its connection is tracked while it is open, and as soon as it cannot
 * reach its peer any more the socket reports `close` (code 4000, the reason as text) and reconnects. An attempt that began on a
 * path that is no more is made anew on the next. Returns what ends all that; the socket stays as it is.
 *
 * ```ts
 * const socket = new ReconnectingWebSocket(urlWhenOnline('wss://chat.example.com'));
 * reconnectWithNetwork(socket);
 * ```
 */
export function reconnectWithNetwork(socket: ReconnectingSocket): () => void {
  const client = getRoamkit();
  let tracked: PageConnection | null = null;
  // Counts openings and closings: an answer that belongs to an earlier one comes too late.
  let turn = 0;
  let { generation } = client.getSnapshot();

  const untrack = (): void => {
    turn++;
    tracked?.untrack();
    tracked = null;
  };
  const track = async (): Promise<void> => {
    untrack();
    const mine = turn;
    // Where main refuses, the socket is as it was without us.
    const connection = await client.track(socket.url).catch(() => null);
    if (mine === turn) tracked = connection;
    else connection?.untrack();
  };
  const reconnect = (reason: string): void => {
    untrack();
    generation = client.getSnapshot().generation;
    socket.reconnect(PATH_INVALIDATED, reason);
  };
  const opened = (): void => void track();

  socket.addEventListener('open', opened);
  socket.addEventListener('close', untrack);
  if (socket.readyState === OPEN) opened();
  const stopInvalidated = client.on('invalidated', ({ id, owner, reason }) => {
    if (owner === 'page' && tracked?.id === id) reconnect(reason);
  });
  const stopReconnect = client.on('reconnect', (signal) => {
    if (signal.urgency === 'wait' || signal.generation <= generation) return;
    if (socket.readyState === CONNECTING) reconnect(signal.cause);
  });
  return () => {
    stopInvalidated();
    stopReconnect();
    socket.removeEventListener('open', opened);
    socket.removeEventListener('close', untrack);
    untrack();
  };
}
