// What pages and workers connect by, none of it with any code of roamkit. Each tells `note` how it ends, with its name.

/** How the connections of whoever imports this are opened; `note` is told of their ends. */
export function openers(note) {
  return {
    /** Resolves once it is open. */
    socket(name, url) {
      const socket = new WebSocket(url);
      socket.addEventListener('close', ({ code }) => note(`${name}: closed ${code}`));
      return new Promise((resolve) => {
        socket.addEventListener('open', () => resolve(), { once: true });
      });
    },

    /** A WebSocket that does not come to be open. */
    async connecting(name, url) {
      const socket = new WebSocket(url);
      socket.addEventListener('close', ({ code }) => note(`${name}: closed ${code}`));
    },

    /** Resolves once it is open; it comes back by itself. */
    events(name, url) {
      const events = new EventSource(url);
      events.addEventListener('error', () => note(`${name}: lost`));
      return new Promise((resolve) => {
        events.addEventListener('open', () => {
          note(`${name}: open`);
          resolve();
        });
      });
    },

    /** Resolves once the answer has begun. */
    async stream(name, url) {
      const response = await fetch(url);
      response.text().then(
        () => note(`${name}: ended`),
        () => note(`${name}: failed`),
      );
    },

    /** A request whose answer does not begin for a while. */
    async request(name, url) {
      fetch(url).then(
        () => note(`${name}: answered`),
        () => note(`${name}: failed`),
      );
    },
  };
}
