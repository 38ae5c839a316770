import {
  addressRemoved,
  allDefaultsRemoved,
  bestDefaultRemoved,
  linkDeleted,
  linkDown,
  type TwoLinkLab,
  type Undo,
} from '../../lab/index.js';

/** A way in which the better of two links is lost. */
export interface NetworkLoss {
  readonly what: string;
  readonly lose: (net: TwoLinkLab) => Promise<Undo>;
  /** Links or addresses change, of which Chromium hears by itself. */
  readonly changesAddresses: boolean;
  /** No other way is left. */
  readonly isTotal: boolean;
}

export const linkLoss: NetworkLoss = {
  what: 'the link goes down',
  lose: ({ ethernet }) => linkDown(ethernet.a),
  changesAddresses: true,
  isTotal: false,
};

export const addressLoss: NetworkLoss = {
  what: 'the address is removed',
  lose: ({ ethernet }) => addressRemoved(ethernet.a),
  changesAddresses: true,
  isTotal: false,
};

const deletion: NetworkLoss = {
  what: 'the link is deleted',
  lose: ({ ethernet }) => linkDeleted(ethernet),
  changesAddresses: true,
  isTotal: false,
};

export const bestDefaultLoss: NetworkLoss = {
  what: 'the best default route is removed',
  lose: ({ client }) => bestDefaultRemoved(client),
  changesAddresses: false,
  isTotal: false,
};

export const allDefaultsLoss: NetworkLoss = {
  what: 'all default routes are removed',
  lose: ({ client }) => allDefaultsRemoved(client),
  changesAddresses: false,
  isTotal: true,
};

const all = [linkLoss, addressLoss, deletion, bestDefaultLoss, allDefaultsLoss];

/** These losses, or all of them where ROAMKIT_TEST_LOSSES is `all` (`npm run test:chromium`): that takes minutes. */
export function lossesToTry(few: readonly NetworkLoss[]): readonly NetworkLoss[] {
  return process.env['ROAMKIT_TEST_LOSSES'] === 'all' ? all : few;
}
