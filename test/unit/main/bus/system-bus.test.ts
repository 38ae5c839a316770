import diagnostics from 'node:diagnostics_channel';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, expectTypeOf, it } from 'vitest';
import {
  type BusChannelMessage,
  type BusMessages,
  type NetworkMessage,
  SystemBus,
} from '../../../../main/index.js';

interface Messages extends BusMessages {
  readonly chat: { readonly text: string };
  readonly other: number;
}

function recorded(bus: SystemBus<Messages>): string[] {
  const heard: string[] = [];
  bus.subscribe('chat', ({ text }) => heard.push(text));
  return heard;
}

describe('a message', () => {
  it('reaches all subscribers of its class, its sender too, in a later turn and in order', async () => {
    const bus = new SystemBus<Messages>();
    const heard: string[] = [];
    bus.subscribe('chat', ({ text }) => heard.push(`first ${text}`));
    bus.subscribe('chat', ({ text }) => heard.push(`second ${text}`));
    bus.subscribe('other', (number) => heard.push(`other ${number}`));
    bus.publish('chat', { text: 'a' });
    bus.publish('other', 1);
    bus.publish('chat', { text: 'b' });
    await Promise.resolve();
    expect(heard).toEqual([]);
    await nextTurn();
    expect(heard).toEqual(['first a', 'second a', 'other 1', 'first b', 'second b']);
  });

  it('that a subscriber publishes comes in the turn after, so that the event loop goes on', async () => {
    const bus = new SystemBus<Messages>();
    const heard: number[] = [];
    bus.subscribe('other', (number) => {
      heard.push(number);
      bus.publish('other', number + 1);
    });
    bus.publish('other', 1);
    await nextTurn();
    expect(heard).toEqual([1]);
    await nextTurn();
    expect(heard).toEqual([1, 2]);
    bus.close();
    await nextTurn();
    expect(heard).toEqual([1, 2]);
  });

  it('is heard by nobody who subscribed after it, or unsubscribed before its delivery', async () => {
    const bus = new SystemBus<Messages>();
    const heard = recorded(bus);
    const late: string[] = [];
    const early: string[] = [];
    const unsubscribe = bus.subscribe('chat', ({ text }) => early.push(text));
    bus.subscribe('chat', () => unsubscribe());
    bus.publish('chat', { text: 'a' });
    bus.subscribe('chat', ({ text }) => late.push(text));
    bus.publish('chat', { text: 'b' });
    await nextTurn();
    expect({ heard, late, early }).toEqual({ heard: ['a', 'b'], late: ['b'], early: ['a'] });
  });

  it('of a class that nobody listens to is not even kept for who comes later', async () => {
    const bus = new SystemBus<Messages>();
    expect(bus.hasSubscribers('chat')).toBe(false);
    bus.publish('chat', { text: 'a' });
    const heard = recorded(bus);
    expect(bus.hasSubscribers('chat')).toBe(true);
    await nextTurn();
    expect(heard).toEqual([]);
  });
});

describe('a subscriber that throws', () => {
  const listeners = process.listeners('uncaughtException');
  afterEach(() => {
    process.removeAllListeners('uncaughtException');
    for (const listener of listeners) process.on('uncaughtException', listener);
  });

  it('harms nobody: others get the message, and later ones; its error is uncaught, as an emitter would have it', async () => {
    const uncaught: unknown[] = [];
    process.removeAllListeners('uncaughtException');
    process.on('uncaughtException', (error) => uncaught.push(error));
    const bus = new SystemBus<Messages>();
    const error = new Error('theirs');
    bus.subscribe('chat', () => {
      throw error;
    });
    const heard = recorded(bus);
    bus.publish('chat', { text: 'a' });
    bus.publish('chat', { text: 'b' });
    await nextTurn();
    expect(heard).toEqual(['a', 'b']);
    expect(uncaught).toEqual([error, error]);
  });
});

describe('a flood', () => {
  it('loses no trigger, and is cut down to the latest of each key', async () => {
    const bus = new SystemBus<Messages>({ capacity: 8 });
    const network: NetworkMessage[] = [];
    const heard = recorded(bus);
    bus.subscribe('network', (message) => network.push(message));
    bus.publish('network', { trigger: 'cpdcheck', src: 'gw-change' });
    for (let count = 0; count < 100_000; count++) {
      bus.publish('chat', { text: `${count % 3} ${count}` }, { key: String(count % 3) });
      bus.publish('network', { rt: count % 2 === 0 ? 'add' : 'del' });
    }
    await nextTurn();
    expect(network).toEqual([{ trigger: 'cpdcheck', src: 'gw-change' }, { rt: 'add' }, { rt: 'del' }]);
    expect(heard).toEqual(['1 99997', '2 99998', '0 99999']);
  });

  it("without keys is one of a class's latest", async () => {
    const bus = new SystemBus<Messages>({ capacity: 2 });
    const heard = recorded(bus);
    for (const text of ['a', 'b', 'c', 'd']) bus.publish('chat', { text });
    await nextTurn();
    expect(heard).toEqual(['d']);
  });
});

describe('diagnostics channels', () => {
  it('mirror each class, with and without subscribers of the bus', async () => {
    const bus = new SystemBus<Messages>();
    const mirrored: unknown[] = [];
    const listener = (message: unknown): void => {
      mirrored.push(message);
    };
    bus.publish('chat', { text: 'unheard' });
    diagnostics.subscribe('roamkit:chat', listener);
    try {
      expect(bus.hasSubscribers('chat')).toBe(true);
      bus.publish('chat', { text: 'a' });
      const heard = recorded(bus);
      bus.publish('chat', { text: 'b' });
      bus.publish('other', 1);
      await nextTurn();
      expect(heard).toEqual(['b']);
      expect(mirrored).toEqual([
        { class: 'chat', message: { text: 'a' } },
        { class: 'chat', message: { text: 'b' } },
      ] satisfies BusChannelMessage[]);
    } finally {
      diagnostics.unsubscribe('roamkit:chat', listener);
    }
    expect(new SystemBus<Messages>().hasSubscribers('chat')).toBe(false);
  });
});

describe('once it is closed', () => {
  it('it delivers nothing, takes nothing and says so to who subscribes', async () => {
    const bus = new SystemBus<Messages>();
    const heard = recorded(bus);
    bus.publish('chat', { text: 'a' });
    bus.close();
    bus.close();
    bus.publish('chat', { text: 'b' });
    await nextTurn();
    expect(heard).toEqual([]);
    expect(() => bus.subscribe('chat', () => {})).toThrow(
      expect.objectContaining({ code: 'ERR_ROAMKIT_CLOSED' }),
    );
  });
});

describe('what it cannot use it refuses by name', () => {
  const bus = new SystemBus<Messages>();
  it.each<readonly [string, () => unknown]>([
    ['capacity', () => new SystemBus({ capacity: 0 })],
    ['capacity', () => new SystemBus({ capacity: Number.NaN })],
    ['class', () => bus.subscribe('' as 'chat', () => {})],
    ['class', () => bus.publish(7 as never, undefined as never)],
    ['listener', () => bus.subscribe('chat', 'no function' as never)],
    ['key', () => bus.publish('chat', { text: 'a' }, { key: 7 as never })],
  ])('%s', (name, call) => {
    expect(call).toThrow(
      expect.objectContaining({
        code: 'ERR_ROAMKIT_INVALID_ARGUMENT',
        message: expect.stringContaining(`${name}: `),
      }),
    );
  });
});

it("knows its messages' types, and a bus with further classes serves where a plain one is asked for", () => {
  const bus = new SystemBus<Messages>();
  expectTypeOf(bus).toExtend<SystemBus>();
  bus.subscribe('chat', (message) => expectTypeOf(message).toEqualTypeOf<{ readonly text: string }>());
  bus.subscribe('network', (message) => expectTypeOf(message).toEqualTypeOf<NetworkMessage>());
  // @ts-expect-error: no such class
  bus.publish('chta', { text: 'a' });
  // @ts-expect-error: another class's message
  bus.publish('chat', { rt: 'add' });
});
