import { expect, it, vi } from 'vitest';
import { Chat } from '../../../demo/page/chat.js';
import { PageNetworkLab } from '../renderer/page-network-lab.js';

const { waitFor } = vi;

it('loses no message its user sent, however the network comes and goes, and answers each once', async () => {
  await using lab = await PageNetworkLab.open();
  const { socket } = lab.socket({ whileDown: 'refuse', needsDefaultPath: true });
  const chat = new Chat(socket, () => {});
  const said: string[] = [];
  const say = (text: string): void => {
    said.push(text);
    chat.say(text);
  };
  say('before it is open');
  await waitFor(() => expect(chat.isOpen).toBe(true));
  say('while it is open');
  // Handed to a connection whose path is dead: no server will ever answer it over that one.
  lab.losePath();
  lab.server.connections[0]?.pause();
  say('into the void');
  lab.invalidate(1);
  expect(chat.isOpen).toBe(false);
  say('while there is no path');
  lab.regainPath();
  await waitFor(() => expect(chat.isOpen).toBe(true));
  lab.move('soon', [2]);
  say('while it moves');
  await waitFor(() => expect(chat.lines.every(({ answeredMs }) => answeredMs !== null)).toBe(true));
  expect(chat.lines.map(({ text }) => text)).toEqual(said);
  const [, ...later] = lab.server.connections;
  expect(later).not.toHaveLength(0);
  const received = new Set(lab.server.received.map((data) => JSON.parse(data).text));
  expect([...received].toSorted()).toEqual(said.toSorted());
});
