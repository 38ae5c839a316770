import { beforeEach, describe, expect, it } from 'vitest';
import { contract, type RequestName } from '../../../../ipc/contract.js';
import type { IpcResult } from '../../../../ipc/messages.js';
import { IpcRefusedError } from '../../../../ipc/refused-error.js';
import { IpcHost, type RequestHandlers } from '../../../../main/electron/ipc-host.js';
import { originCheck, type SenderEvent } from '../../../../main/electron/sender-policy.js';
import { FakeClock } from '../../support/fake-clock.js';

type Listener = (event: SenderEvent, ...args: unknown[]) => unknown;

/** Electron's `ipcMain`, as far as the host uses it. */
class FakeIpcMain {
  readonly listeners = new Map<string, Listener>();

  handle(channel: string, listener: Listener): void {
    if (this.listeners.has(channel))
      throw new Error(`Attempted to register a second handler for '${channel}'`);
    this.listeners.set(channel, listener);
  }

  removeHandler(channel: string): void {
    this.listeners.delete(channel);
  }
}

let clock: FakeClock;
let ipc: FakeIpcMain;
let handled: { readonly name: string; readonly input: unknown; readonly context: string }[];
let host: IpcHost<SenderEvent, string>;

const note =
  <Output>(name: string, output: Output) =>
  (input: unknown, context: string): Output => {
    handled.push({ name, input, context });
    return output;
  };

const handlers: RequestHandlers<string> = {
  snapshot: note('snapshot', {} as never),
  subscribe: () => {
    throw new Error('/home/someone/secret');
  },
  deliver: note('deliver', null),
  unsubscribe: note('unsubscribe', null),
  track: async () => {
    throw new IpcRefusedError('unresolved', 'no such host');
  },
  untrack: note('untrack', null),
  isSuspect: note('isSuspect', false),
  recheckPortal: note('recheckPortal', 'online'),
  openPortal: note('openPortal', true),
};

beforeEach(() => {
  clock = new FakeClock();
  ipc = new FakeIpcMain();
  handled = [];
  host = new IpcHost({
    ipc,
    policy: { isAllowedOrigin: originCheck(['file:'], true), allowSubframes: false },
    limits: { requestsPerSecond: 200, messageBytes: 4096 },
    handlers,
    contextOf: () => 'the page',
    clock,
  });
  host.open();
});

const aWindow = () => ({ isDestroyed: () => false });

function eventFrom(origin: string, sender = aWindow()): SenderEvent {
  return {
    processId: 4,
    frameId: 1,
    sender,
    senderFrame: { origin, parent: null, top: { origin }, processId: 4, routingId: 1 },
  };
}

async function ask(name: RequestName, args: readonly unknown[], event = eventFrom('file://')) {
  return (await ipc.listeners.get(contract.requests[name].name)?.(event, ...args)) as IpcResult<unknown>;
}

async function reasonOf(name: RequestName, args: readonly unknown[], event?: SenderEvent) {
  const result = await ask(name, args, event);
  return result.ok ? null : result.error.reason;
}

const { version } = contract;

it('answers a request that is as it should be', async () => {
  expect(await ask('untrack', [version, { id: 3 }])).toEqual({ ok: true, value: null });
  expect(handled).toEqual([{ name: 'untrack', input: { id: 3 }, context: 'the page' }]);
  expect(host.counts).toMatchObject({ accepted: 1, refused: 0 });
});

describe('refuses, counts, and hands no handler', () => {
  it.each([
    ['another version', 'version', [version + 1, { id: 3 }]],
    ['no version', 'version', [{ id: 3 }]],
    ['nothing at all', 'version', []],
    ['another shape', 'schema', [version, { id: 'three' }]],
    ['fields beyond the contract', 'schema', [version, { id: 3, policy: {} }]],
    ['a prototype in disguise', 'schema', [version, JSON.parse('{"id":3,"__proto__":{"x":1}}')]],
    ['more arguments', 'schema', [version, { id: 3 }, 'more']],
    ['a message too large', 'size', [version, { id: 3, text: 'x'.repeat(5000) }]],
  ])('%s', async (_what, reason, args) => {
    expect(await reasonOf('untrack', args)).toBe(reason);
    expect(handled).toEqual([]);
    expect(host.counts).toMatchObject({ accepted: 0, refused: 1, refusedFor: { [reason]: 1 } });
  });

  it('another origin', async () => {
    expect(await reasonOf('snapshot', [version, null], eventFrom('https://example.com'))).toBe('origin');
    expect(handled).toEqual([]);
  });

  it('a flood, of this window only', async () => {
    const loud = eventFrom('file://');
    const reasons = await Promise.all(
      Array.from({ length: 300 }, () => reasonOf('unsubscribe', [version, null], loud)),
    );
    expect(reasons.filter((reason) => reason === 'rate')).toHaveLength(100);
    expect(await reasonOf('unsubscribe', [version, null], eventFrom('file://'))).toBeNull();
    clock.advance(1000);
    expect(await reasonOf('unsubscribe', [version, null], loud)).toBeNull();
  });
});

it('answers what a handler refuses with its reason', async () => {
  expect(await ask('track', [version, { url: 'wss://example.com' }])).toEqual({
    ok: false,
    error: { code: 'ERR_ROAMKIT_IPC_REFUSED', message: 'no such host', reason: 'unresolved' },
  });
});

it('answers a failure of its own without telling what it was', async () => {
  const result = await ask('subscribe', [version, null]);
  expect(result).toMatchObject({ ok: false, error: { reason: 'internal' } });
  expect(JSON.stringify(result)).not.toContain('secret');
});

it('survives whatever a hostile page sends', async () => {
  const looped: Record<string, unknown> = {};
  looped['self'] = looped;
  const junk = [
    undefined,
    null,
    0,
    Number.NaN,
    '',
    'x'.repeat(1e6),
    [],
    {},
    looped,
    new Map(),
    new Date(),
    1n,
    new Uint8Array(9),
  ];
  const names = Object.keys(contract.requests) as RequestName[];
  let count = 0;
  for (const name of names) {
    for (const first of [version, ...junk]) {
      for (const second of junk) {
        const result = await ask(name, [first, second, second], eventFrom('file://'));
        expect(result.ok).toBe(false);
        count++;
      }
    }
  }
  expect(host.counts).toMatchObject({ accepted: 0, refused: count, refusedFor: { internal: 0 } });
});

it('takes its handlers back, and only its own', () => {
  const second = new IpcHost({
    ipc,
    policy: { isAllowedOrigin: () => true, allowSubframes: false },
    limits: { requestsPerSecond: 200, messageBytes: 4096 },
    handlers,
    contextOf: () => '',
    clock,
  });
  expect(() => second.open()).toThrow(/second handler/);
  second.close();
  expect(ipc.listeners.size).toBe(Object.keys(contract.requests).length);
  host.close();
  expect(ipc.listeners.size).toBe(0);
});
