// What the addon exports. The C++ side is native/addon.cc; both change together.
import { loadNative } from '#native';
import type { LookupOptions, NextHop, Route } from '../../core/network-types.js';
import type {
  BackendFlow,
  FlowConfirmation,
  FlowVerdict,
  MonitorBatch,
  MonitorStats,
  RouteFilter,
} from './backend.js';
import type { SocketDiagnosis } from './socket-diagnosis.js';

/** A monitor's thread and its mirror. Throws {@link NativeError} on failures of the system. */
export interface NativeMonitor {
  /** Resolves once the mirror is consistent. */
  start(): Promise<MonitorBatch>;
  lookup(destination: string, options: LookupOptions | undefined): NativeLookup;
  lookupKernel(destination: string, options: LookupOptions | undefined): NativeLookup;
  /**
   * Up to `limit` routes from `cursor` on, and the cursor of the next page, `null` after the last. A cursor stays
   * valid while routes come and go; a route changed meanwhile may be missed, but none is listed twice.
   */
  routes(
    filter: RouteFilter,
    cursor: string | null,
    limit: number,
  ): { readonly routes: Route[]; readonly cursor: string | null };
  addFlow(flow: BackendFlow): FlowVerdict;
  removeFlow(flow: number): void;
  confirmFlows(flows: readonly number[]): FlowConfirmation[];
  /** One answer for each flow; `null` where there is no such socket. Asks the kernel, once for many. */
  diagnoseFlows(flows: readonly number[]): (SocketDiagnosis | null)[];
  /** Why `diagnoseFlows` knows nothing, if so. */
  whyNoDiagnosis(): NativeError | null;
  /** The last batch has been dealt with: the next one may come. */
  resume(): void;
  /** Asks the thread to compare the whole mirror with a fresh dump. */
  audit(): void;
  /** Rebuilds the mirror from fresh dumps and judges all flows anew; resolves once what differed was handed over. */
  resync(): Promise<void>;
  /** The time now (milliseconds of CLOCK_MONOTONIC) if everything the kernel told until now was read, else `null`. */
  readUpTo(): number | null;
  stats(): MonitorStats;
  /** Lets the process stay alive for the monitor; the default is that it does not. */
  ref(): void;
  unref(): void;
  close(): Promise<void>;
}

/**
 * A `Lookup`'s fields from `reason` to `certain`, a line each, empty for `null` and `false`; and its `nexthops` where it has
 * some. One string crosses from C++ in a tenth of the time that an object of twelve properties takes, which would be ten
 * times that of the lookup itself.
 */
export type NativeLookup = string | readonly [fields: string, nexthops: readonly NextHop[]];

/** A system call that failed. */
export interface NativeError extends Error {
  /** The errno's name: `EPERM`. */
  readonly code: string;
  /** What was tried: `socket(AF_NETLINK)`. */
  readonly operation: string;
}

/** Which TCP connections and connected UDP sockets some processes hold, as the addon hands it over. */
export interface NativeInventory {
  readonly processes: readonly {
    readonly pid: number;
    /** Why its sockets are not known, if so. */
    readonly listing: NativeError | null;
    /** Why none of them can be duplicated, if so. */
    readonly duplicating: NativeError | null;
  }[];
  readonly addresses: readonly string[];
  /**
   * Twelve numbers a socket: pid, descriptor, inode, cookie (low half, high half), state (tcp_states.h), the ifindex of the link
   * that it is bound to or 0, local address (an index into `addresses`), local port, remote address, remote port, 1 for UDP.
   */
  readonly sockets: Uint32Array;
}

export interface NativeAddon {
  readonly NativeMonitor: new (
    options: { readonly netns?: string; readonly receiveBufferBytes?: number },
    /** Called on the JavaScript thread with a batch; the next one comes after `resume()`. */
    onBatch: (batch: MonitorBatch) => void,
  ) => NativeMonitor;
  /** Moves the calling thread, and threads it starts from then on, into a network namespace. */
  enterNetworkNamespace(nameOrPath: string): void;
  /** The ifindex of the link that a socket is bound to, by its descriptor; 0: none, or not to be known. */
  boundIfindex(fd: number): number;
  /** Sets TCP_USER_TIMEOUT on a socket, by its descriptor; whether that succeeded. */
  setUserTimeout(fd: number, timeoutMs: number): boolean;
  /** Asks the kernel on a thread of its own; rejects with {@link NativeError} where it tells nothing of sockets. */
  takeInventory(pids: readonly number[]): Promise<NativeInventory>;
  /**
   * Ends a connection that another process holds, which finds it reset. False: that process has it no more. Throws
   * {@link NativeError} where that is denied.
   */
  resetSocket(pid: number, fd: number, inode: number, cookieLow: number, cookieHigh: number): boolean;
}

/** The addon, or an error that says why there is none here. */
export function loadNativeAddon(): NativeAddon {
  return loadNative() as NativeAddon;
}
