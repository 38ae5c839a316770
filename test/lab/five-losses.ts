import type { Undo } from './link-snapshot.js';
import { addressRemoved, allDefaultsRemoved, bestDefaultRemoved, linkDeleted, linkDown } from './losses.js';
import type { TwoLinkLab } from './two-link-lab.js';

/** One of the five losses, of the Ethernet over which the lab's client reaches everybody. */
export interface Loss {
  /** In the words of a test's name: `when the link goes down`. */
  readonly what: string;
  /** What its connections are told; with a `|` where the order of the kernel's messages decides. */
  readonly reason: string;
  /** The link's addresses go, which others notice by themselves: Chromium does. */
  readonly changesAddresses: boolean;
  /** There is no way left, over the Wi-Fi neither. */
  readonly isTotal: boolean;
  lose(net: TwoLinkLab): Promise<Undo>;
}

/** Of Ethernet alone. */
export const partialLosses = {
  linkDown: {
    what: 'the link goes down',
    reason: 'link-down',
    changesAddresses: true,
    isTotal: false,
    lose: ({ ethernet }) => linkDown(ethernet.a),
  },
  addressRemoved: {
    what: 'the addresses are removed',
    reason: 'source-removed',
    changesAddresses: true,
    isTotal: false,
    lose: ({ ethernet }) => addressRemoved(ethernet.a),
  },
  linkDeleted: {
    what: 'the link is deleted',
    reason: 'link-down',
    changesAddresses: true,
    isTotal: false,
    lose: ({ ethernet }) => linkDeleted(ethernet),
  },
  bestDefaultRemoved: {
    what: 'the best default route is removed',
    reason: 'gateway-removed',
    changesAddresses: false,
    isTotal: false,
    lose: ({ client }) => bestDefaultRemoved(client),
  },
} as const satisfies Readonly<Record<string, Loss>>;

/** All of them. */
export const fiveLosses = {
  ...partialLosses,
  allDefaultsRemoved: {
    what: 'all default routes are removed',
    reason: 'no-route|gateway-removed',
    changesAddresses: false,
    isTotal: true,
    lose: ({ client }) => allDefaultsRemoved(client),
  },
} as const satisfies Readonly<Record<string, Loss>>;
