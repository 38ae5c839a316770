import { useCallback, useEffect, useRef, useState } from 'react';
import { RoamingWebSocket } from '../roaming-web-socket.js';
import type {
  Fresh,
  RoamingWebSocketEventMap,
  RoamingWebSocketOptions,
} from '../roaming-web-socket-options.js';
import type { WebSocketData } from '../send-queue.js';

/**
 * `connecting`: for the first time; `open`: also while a better path is about to take over; `reconnecting`: it was lost, or
 * could not be made, and comes back; `closed`: for good, or there is no URL.
 */
export type RoamingWebSocketState = 'connecting' | 'open' | 'reconnecting' | 'closed';

/** How {@link useRoamingWebSocket} opens its socket, and whom it tells. */
export interface UseRoamingWebSocketOptions extends RoamingWebSocketOptions {
  /** The subprotocols to ask for. */
  readonly protocols?: Fresh<string | readonly string[]>;
  /** Called with each connection, before the messages in the queue are sent. */
  readonly onOpen?: (event: Event) => void;
  readonly onMessage?: (event: MessageEvent) => void;
  /** Called when a connection ended, or an attempt failed. */
  readonly onClose?: (event: CloseEvent) => void;
  /** Called with each message that `send` did not take, or that was given up. */
  readonly onUndelivered?: (event: RoamingWebSocketEventMap['undelivered']) => void;
}

/** What {@link useRoamingWebSocket} gives. */
export interface RoamingWebSocketView {
  readonly state: RoamingWebSocketState;
  /** How the latest connection ended, or the latest attempt failed; `null` where none has. */
  readonly lastClose: Pick<CloseEvent, 'code' | 'reason' | 'wasClean'> | null;
  /**
   * Sends a message, or keeps it until there is a connection, as {@link RoamingWebSocket.send}; whether it was taken. The same
   * function for as long as the component lives; it takes nothing before the component is mounted and while there is no URL.
   */
  readonly send: (data: WebSocketData) => boolean;
}

type View = Pick<RoamingWebSocketView, 'state' | 'lastClose'>;

/**
 * A {@link RoamingWebSocket} that lives as long as the component is mounted.
 *
 * ```tsx
 * const { state, send } = useRoamingWebSocket('wss://chat.example.com/', {
 *   onMessage: ({ data }) => addLine(data),
 * });
 * ```
 *
 * Another URL, as text, is another socket; with `null` there is none. A function is asked anew for each connection and may be
 * written inline, as may the handlers: those of the latest render are called. All other options count when the socket is made.
 * @throws in the nearest error boundary what the constructor of {@link RoamingWebSocket} throws.
 */
export function useRoamingWebSocket(
  url: Fresh<string | URL> | null,
  options: UseRoamingWebSocketOptions = {},
): RoamingWebSocketView {
  const latest = useRef({ url, options });
  // Before the effect that opens, so that it finds them; not while rendering, which may be thrown away.
  useEffect(() => {
    latest.current = { url, options };
  });
  const isWanted = url !== null;
  const address = typeof url === 'function' ? null : String(url);
  const socket = useRef<RoamingWebSocket | null>(null);
  const [view, setView] = useState<View>({ state: isWanted ? 'connecting' : 'closed', lastClose: null });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another address is another socket, although it is read elsewhere.
  useEffect(() => {
    setView(({ lastClose }) => ({ state: isWanted ? 'connecting' : 'closed', lastClose }));
    if (!isWanted) return undefined;
    const opened = openSocket(() => latest.current, setView);
    socket.current = opened.socket;
    return () => {
      socket.current = null;
      opened.close();
    };
  }, [isWanted, address]);
  const send = useCallback((data: WebSocketData) => socket.current?.send(data) ?? false, []);
  return { ...view, send };
}

/** Opens what `latest()` says; `close` ends it, and all that it tells. */
function openSocket(
  latest: () => { readonly url: Fresh<string | URL> | null; readonly options: UseRoamingWebSocketOptions },
  show: (update: (view: View) => View) => void,
): { readonly socket: RoamingWebSocket; readonly close: () => void } {
  const { url, options } = latest();
  const target = typeof url === 'function' ? () => asked(latest().url) : String(url);
  const socket = new RoamingWebSocket(target, options.protocols ?? [], options);
  const controller = new AbortController();
  const { signal } = controller;
  const listen = <K extends keyof RoamingWebSocketEventMap>(
    type: K,
    listener: (event: RoamingWebSocketEventMap[K]) => void,
  ): void => socket.addEventListener(type, listener, { signal });
  listen('open', (event) => {
    show((view) => ({ ...view, state: 'open' }));
    latest().options.onOpen?.(event);
  });
  listen('close', (event) => {
    const { code, reason, wasClean } = event;
    const state = socket.readyState === RoamingWebSocket.CLOSED ? 'closed' : 'reconnecting';
    show(() => ({ state, lastClose: { code, reason, wasClean } }));
    latest().options.onClose?.(event);
  });
  listen('message', (event) => latest().options.onMessage?.(event));
  listen('undelivered', (event) => latest().options.onUndelivered?.(event));
  return {
    socket,
    close: () => {
      controller.abort();
      socket.close();
    },
  };
}

function asked(url: Fresh<string | URL> | null): string | URL | Promise<string | URL> {
  return typeof url === 'function' ? url() : String(url);
}
