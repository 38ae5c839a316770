import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Socket } from 'node:net';
import { isTrackingSuspended } from './without-tracking.js';

/** Which end of a connection a socket is: `client` connects, `server` was accepted. */
export type SocketSide = 'client' | 'server';

/** Told of each socket: a client's before its connect(), a server's once it is accepted. */
export type OpenedSocketListener = (socket: Socket, side: SocketSide) => void;

const listeners = new Set<OpenedSocketListener>();

/**
 * Calls `listener` for every socket that this thread opens or accepts from now on; it may be told twice of the same one.
 * Sockets of other threads and processes have their own.
 *
 * @returns the function that ends it.
 */
export function onOpenedSocket(listener: OpenedSocketListener): () => void {
  // An entry of its own, so that the same function may listen twice.
  const entry: OpenedSocketListener = (socket, side) => listener(socket, side);
  if (listeners.size === 0) start();
  listeners.add(entry);
  return () => {
    if (listeners.delete(entry) && listeners.size === 0) stop();
  };
}

function start(): void {
  subscribe('net.client.socket', opened);
  subscribe('net.server.socket', accepted);
  hookConnect();
}

function stop(): void {
  unsubscribe('net.client.socket', opened);
  unsubscribe('net.server.socket', accepted);
  unhookConnect();
}

function opened(message: unknown): void {
  announce((message as { readonly socket: Socket }).socket, 'client');
}

function accepted(message: unknown): void {
  announce((message as { readonly socket: Socket }).socket, 'server');
}

function announce(socket: Socket, side: SocketSide): void {
  if (isTrackingSuspended()) return;
  for (const listener of [...listeners]) listener(socket, side);
}

// Node publishes the sockets of net.connect() only: not those of tls.connect(), which https, http2 and all that speaks TLS
// uses, nor those of `new net.Socket().connect()`, as database and SSH clients have them. They all call this method, which
// instruments of observability hook for the same reason.
type Connect = Socket['connect'];
let original: Connect | null = null;

function hookConnect(): void {
  // Somebody hooked it after us, and so ours is still there.
  if (original !== null) return;
  original = Socket.prototype.connect;
  Socket.prototype.connect = hooked as Connect;
}

function unhookConnect(): void {
  if (original === null || Socket.prototype.connect !== (hooked as Connect)) return;
  Socket.prototype.connect = original;
  original = null;
}

function hooked(this: Socket, ...args: unknown[]): Socket {
  announce(this, 'client');
  return Reflect.apply(original ?? Socket.prototype.connect, this, args) as Socket;
}
