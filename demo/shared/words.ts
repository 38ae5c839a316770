import type { NetworkStatus } from 'roamkit';

/** A status as a person would say it. */
export interface StatusWords {
  readonly title: string;
  readonly text: string;
}

const WORDS: { readonly [S in NetworkStatus]: StatusWords } = {
  online: { title: 'Online', text: 'There is a way to the internet.' },
  portal: { title: 'Sign-in needed', text: 'This network wants you to sign in first.' },
  limited: { title: 'Limited', text: 'There is a default route, but nothing answers.' },
  local: { title: 'Local only', text: 'There are addresses, but no way to the internet.' },
  offline: { title: 'Offline', text: 'No link is usable.' },
  unknown: { title: 'Looking', text: 'The network is not known yet.' },
};

export function statusWords(status: NetworkStatus): StatusWords {
  return WORDS[status];
}
