import { describe, expect, it } from 'vitest';
import { MessageQueue } from '../../../../main/bus/message-queue.js';

class Messages {
  #seq = 0;
  readonly #queue: MessageQueue;

  constructor(capacity: number) {
    this.#queue = new MessageQueue(capacity);
  }

  push(messageClass: string, key: string, { isOwn = false } = {}): void {
    const seq = ++this.#seq;
    this.#queue.push({ seq, messageClass, message: `${messageClass} ${key} ${seq}`, key, isOwn });
  }

  take(): readonly unknown[] {
    return this.#queue.take().map(({ message }) => message);
  }
}

it('keeps all, in their order, while there is room', () => {
  const queue = new Messages(3);
  for (const key of ['a', 'a', 'b']) queue.push('x', key);
  expect(queue.take()).toEqual(['x a 1', 'x a 2', 'x b 3']);
  expect(queue.take()).toEqual([]);
});

describe('when it is full', () => {
  it('keeps the latest of each class and key, in the order of these', () => {
    const queue = new Messages(4);
    for (const key of ['a', 'b', 'a', 'c', 'b']) queue.push('x', key);
    queue.push('y', 'a');
    queue.push('x', 'c');
    expect(queue.take()).toEqual(['x a 3', 'x b 5', 'y a 6', 'x c 7']);
  });

  it('lets further keys of a class share one place', () => {
    const queue = new Messages(2);
    for (const key of ['a', 'b', 'c', 'd', 'b']) queue.push('x', key);
    expect(queue.take()).toEqual(['x a 1', 'x d 4', 'x b 5']);
  });

  it('has a place for each of the own messages all the same', () => {
    const queue = new Messages(2);
    queue.push('network', 'cpdcheck', { isOwn: true });
    for (let key = 0; key < 1000; key++) queue.push('network', String(key));
    queue.push('network', 'rt add', { isOwn: true });
    for (let key = 0; key < 1000; key++) queue.push('network', String(key));
    const taken = queue.take();
    expect(taken).toContain('network cpdcheck 1');
    expect(taken).toContain('network rt add 1002');
    expect(taken.length).toBeLessThanOrEqual(5);
  });

  it('is as before once it was taken from', () => {
    const queue = new Messages(1);
    for (const key of ['a', 'b', 'c']) queue.push('x', key);
    queue.take();
    queue.push('x', 'a');
    expect(queue.take()).toEqual(['x a 4']);
  });
});
