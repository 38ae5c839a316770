import type { RequestHandlers } from './ipc-host.js';
import type { Page } from './page.js';

/** What main does with each request of a page. */
export const requestHandlers: RequestHandlers<Page> = {
  snapshot: (_input, { channel }) => channel.snapshot(),
  subscribe: (_input, { channel }) => channel.subscribe(),
  deliver: ({ what }, { channel }) => {
    channel.deliver(what);
    return null;
  },
  unsubscribe: (_input, { channel }) => {
    channel.unsubscribe();
    return null;
  },
  track: async (request, { channel, connections }) => {
    const answer = await connections.track(request);
    // With a grace period of 0 the connection may be invalidated before its number has reached the page. The answer
    // leaves within this turn.
    channel.hold();
    setImmediate(() => channel.release());
    return answer;
  },
  recheckPortal: (_input, { portal }) => portal.recheck(),
  openPortal: (_input, { portal }) => portal.open(),
  untrack: ({ id }, { connections }) => {
    connections.untrack(id);
    return null;
  },
  isSuspect: async ({ id }, { connections }) => {
    // Pages ask when Chromium has ended something, of which it may have heard from the kernel at the same time as we: what
    // came together is dealt with by the next turn.
    await new Promise((resolve) => setImmediate(resolve));
    return connections.isSuspect(id);
  },
};
