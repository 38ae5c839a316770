import { durationText } from '../shared/duration-text.js';
import type { Chat, ChatLine } from './chat.js';
import { byId, element, reconcile, setText } from './dom.js';

/** Takes what the user types, and says it. */
export function listenToUser(chat: Chat): void {
  const input = byId('chat-input') as HTMLInputElement;
  byId('chat-form').addEventListener('submit', (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (text !== '') chat.say(text);
    input.value = '';
  });
}

/** The chat's messages, with what became of each. */
export function showChat(chat: Chat): void {
  const list = byId('chat-lines');
  reconcile(list, chat.lines, ({ id }) => String(id), makeLine, updateLine);
  list.scrollTop = list.scrollHeight;
  const state = byId('chat-state');
  setText(state, chat.isOpen ? 'open' : 'comes back');
  state.dataset['tone'] = chat.isOpen ? 'good' : 'warn';
}

function makeLine(): HTMLElement {
  return element('li', {}, element('span', { class: 'chat-text' }), element('span', { class: 'chat-fate' }));
}

function updateLine(item: HTMLElement, { text, answeredMs }: ChatLine): void {
  const [said, fate] = item.children;
  if (said === undefined || fate === undefined) return;
  setText(said, text);
  item.dataset['tone'] = answeredMs === null ? 'warn' : 'good';
  setText(fate, answeredMs === null ? 'on its way' : `there after ${durationText(answeredMs)}`);
}
