import { expect, it } from 'vitest';
import { isLargerThan } from '../../../../main/electron/message-size.js';

it.each([
  ['a request of the contract', { url: `wss://${'x'.repeat(1000)}`, label: 'chat' }, false],
  ['a long text', 'x'.repeat(3000), true],
  ['long texts in parts', Array.from({ length: 30 }, () => 'x'.repeat(100)), true],
  ['many small values', Array.from({ length: 1000 }, () => 0), true],
  ['long keys', { ['x'.repeat(3000)]: 1 }, true],
  ['a large buffer', new ArrayBuffer(5000), true],
  ['a view of one', new Uint8Array(5000), true],
  ['a large map', new Map(Array.from({ length: 1000 }, (_, i) => [i, i])), true],
  ['a huge number', { id: 2n ** 40000n }, true],
  ['nothing', null, false],
])('%s', (_what, message, isLarger) => {
  expect(isLargerThan(message, 4096)).toBe(isLarger);
});

it('ends on a message that contains itself', () => {
  const message: Record<string, unknown> = {};
  message['self'] = message;
  expect(isLargerThan(message, 4096)).toBe(true);
});
