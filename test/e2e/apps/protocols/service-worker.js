// Opens connections that pages ask for, and tells them how those end.
import { openers } from './connections.js';

globalThis.addEventListener('message', (event) => {
  const { kind, name, url } = event.data;
  const [port] = event.ports;
  let end = () => {};
  // Chromium stops a worker with nothing to do, and its connections with it.
  event.waitUntil(
    new Promise((resolve) => {
      end = resolve;
    }),
  );
  const note = (text) => {
    port.postMessage(text);
    end();
  };
  openers(note)
    [kind](name, url)
    .then(() => port.postMessage('open'));
});
