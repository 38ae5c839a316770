import type { Connection } from 'roamkit';

/** One attempt at a connection. */
export interface Dialled {
  readonly connection: Connection;
  /** Calls back once: the connection is open. */
  onOpen(handler: () => void): void;
  /** Calls back once: the connection is closed, or never came about. */
  onClose(handler: () => void): void;
  close(): void;
}

/** How to open one of the demo's connections, and to what. */
export interface Dialer {
  readonly label: string;
  /** What it talks to, in words. */
  readonly peer: string;
  /** The peer's address, to ask beforehand whether there is a way; `null` where only a name is known. */
  readonly address: string | null;
  /** Whether there is a peer at all at the moment. Default `true`. */
  readonly hasPeer?: boolean;
  /** The local address it is bound to. */
  readonly source?: string;
  dial(): Dialled;
}
