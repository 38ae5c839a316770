import { expect, it, vi } from 'vitest';
import { throwLater } from '../../../core/throw-later.js';

it('runs the call at once', () => {
  const call = vi.fn();
  throwLater(call);
  expect(call).toHaveBeenCalledOnce();
});

it('lets its caller finish first, then throws what the call threw where nobody catches it', async () => {
  const order: string[] = [];
  const caught = new Promise<unknown>((resolve) => {
    const others = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.once('uncaughtException', (error) => {
      for (const listener of others) process.on('uncaughtException', listener);
      order.push('uncaught');
      resolve(error);
    });
  });
  const error = new Error('theirs');
  throwLater(() => {
    throw error;
  });
  order.push('our work');
  expect(await caught).toBe(error);
  expect(order).toEqual(['our work', 'uncaught']);
});
