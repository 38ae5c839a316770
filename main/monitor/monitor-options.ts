import { invalidArgument } from '../../core/errors.js';

/** How to start a {@link NetworkMonitor}. */
export interface NetworkMonitorOptions {
  /**
   * The network namespace to watch: a name under /run/netns or a path such as `/proc/123/ns/net`. Default: the
   * process's own.
   */
  readonly netns?: string;
  /** The kernel's queue of unread messages, in bytes; the kernel may grant less. Default 8 MiB. */
  readonly receiveBufferBytes?: number;
  /**
   * `netlink` fails where the kernel cannot be watched; `portable` polls the interfaces; `auto`, the default, takes
   * netlink where it can and says in `capabilities` what is missing where it cannot.
   */
  readonly backend?: 'auto' | 'netlink' | 'portable';
}

/** What is asked for by default: enough for some thousands of unread messages (docs/kernel.md 22). */
export const DEFAULT_RECEIVE_BUFFER_BYTES = 8 * 1024 * 1024;

// SO_RCVBUF is an int.
const LARGEST_BUFFER_BYTES = 2 ** 31 - 1;

function isSize(bytes: number): boolean {
  return Number.isInteger(bytes) && bytes > 0 && bytes <= LARGEST_BUFFER_BYTES;
}

const BACKENDS = ['auto', 'netlink', 'portable'];

/** Throws `ERR_ROAMKIT_INVALID_ARGUMENT`, naming the option, on one that cannot be used. */
export function checkMonitorOptions({ netns, receiveBufferBytes, backend }: NetworkMonitorOptions): void {
  if (netns !== undefined && (typeof netns !== 'string' || netns === '')) {
    throw invalidArgument('netns', 'must be the name or path of a network namespace');
  }
  if (receiveBufferBytes !== undefined && !isSize(receiveBufferBytes)) {
    throw invalidArgument(
      'receiveBufferBytes',
      `must be a whole number from 1 to ${LARGEST_BUFFER_BYTES}, not ${receiveBufferBytes}`,
    );
  }
  if (netns !== undefined && backend === 'portable') {
    throw invalidArgument('netns', 'the portable backend sees the namespace of its own process only');
  }
  if (backend !== undefined && !BACKENDS.includes(backend)) {
    throw invalidArgument('backend', `must be one of ${BACKENDS.join(', ')}, not ${String(backend)}`);
  }
}
