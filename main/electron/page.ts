import type { PageConnections } from './page-connections.js';
import type { PagePortal } from './page-portal.js';
import type { WindowChannel } from './window-channel.js';

/** One document in one frame, from its first accepted request until it is left. */
export interface Page {
  readonly frame: { readonly isAlive: boolean };
  readonly channel: WindowChannel;
  readonly connections: PageConnections;
  readonly portal: PagePortal;
}

/** Ends what main does for a page. */
export function closePage({ channel, connections }: Page): void {
  channel.unsubscribe();
  connections.close();
}
