import { expect, type Page, test } from '@playwright/test';
import { contract } from '../../ipc/contract.js';
import type { IpcResult } from '../../ipc/messages.js';
import { Lab, type TwoLinkLab, twoLinkLab } from '../lab/index.js';
import { bundlePages } from './support/bundle-pages.js';
import { PlainApplication, type PlainOptions } from './support/plain-application.js';

// What main does with a page that has been taken over and sends whatever it likes (preload-hostile.js).

type Refused = Extract<IpcResult<unknown>, { readonly ok: false }>;

/** The arguments of `ipcRenderer.invoke` after the channel, made in the page: most of them are no JSON. `version` is main's. */
type MakeArguments = (version: string) => unknown[];

async function launchHostile(options: PlainOptions['options'] = {}): Promise<PlainApplication> {
  const webPreferences = { preload: `${await bundlePages('plain')}/preload-hostile.cjs` };
  return PlainApplication.launch({ options, webPreferences });
}

/** Sends a raw message from the page. */
function send(page: Page, channel: string, make: MakeArguments): Promise<Refused> {
  return page.evaluate(
    ([name, source, version]) => {
      const hostile = Reflect.get(window, 'hostile') as {
        invoke(channel: string, ...args: unknown[]): Promise<Refused>;
      };
      const make = new Function('version', `return (${source})(version)`) as MakeArguments;
      return hostile.invoke(name, ...make(version));
    },
    [channel, make.toString(), contract.version] as const,
  );
}

const messages: readonly {
  readonly what: string;
  readonly reason: 'version' | 'size' | 'schema';
  readonly channel?: string;
  readonly make: MakeArguments;
}[] = [
  { what: 'no message at all', reason: 'version', make: () => [] },
  { what: 'another version', reason: 'version', make: () => ['0.0', { url: 'ws://203.0.113.1' }] },
  { what: 'a version that is no number', reason: 'version', make: () => [{ valueOf: 1 }, null] },
  {
    what: 'a long string',
    reason: 'size',
    make: (version) => [version, { url: `ws://${'a'.repeat(10_000)}` }],
  },
  {
    what: 'a large buffer',
    reason: 'size',
    make: (version) => [version, { url: new Uint8Array(20_000_000) }],
  },
  {
    what: 'many small values',
    reason: 'size',
    make: (version) => [version, { url: new Array(100_000).fill(0) }],
  },
  {
    what: 'a deep object',
    reason: 'size',
    make: (version) => [version, Array.from({ length: 400 }).reduce<object>((inner) => ({ inner }), {})],
  },
  { what: 'nothing where a peer is due', reason: 'schema', make: (version) => [version, null] },
  {
    what: 'a field too many',
    reason: 'schema',
    make: (version) => [version, { url: 'ws://203.0.113.1', owner: 'main' }],
  },
  {
    what: 'an argument too many',
    reason: 'schema',
    make: (version) => [version, { url: 'ws://203.0.113.1' }, 'more'],
  },
  { what: 'a map', reason: 'schema', make: (version) => [version, new Map([['url', 'ws://203.0.113.1']])] },
  {
    what: 'a peer that is no URL',
    reason: 'schema',
    make: (version) => [version, { url: '203.0.113.1:80' }],
  },
  {
    what: 'a scheme of another kind',
    reason: 'schema',
    make: (version) => [version, { url: 'file:///etc/passwd' }],
  },
  {
    what: 'a port that is none',
    reason: 'schema',
    make: (version) => [version, { host: '203.0.113.1', port: 65_536 }],
  },
  {
    what: 'a host with more behind it',
    reason: 'schema',
    make: (version) => [version, { host: '203.0.113.1/a', port: 1 }],
  },
  {
    what: 'a label that writes to a terminal',
    reason: 'schema',
    make: (version) => [version, { url: 'ws://203.0.113.1', label: '\u001b[2J' }],
  },
  {
    what: 'a number that is no id',
    reason: 'schema',
    channel: 'roamkit:untrack',
    make: (version) => [version, { id: Number.NaN }],
  },
  {
    what: 'input where none is due',
    reason: 'schema',
    channel: 'roamkit:subscribe',
    make: (version) => [version, { everything: true }],
  },
];

test.describe('a forged message is refused with the typed error and counted:', () => {
  let net: TwoLinkLab;
  let app: PlainApplication;

  test.beforeAll(async () => {
    net = await twoLinkLab({ client: await Lab.here() });
    app = await launchHostile();
  });

  test.afterAll(async () => {
    await app.application.quit();
    await net.close();
  });

  for (const { what, reason, channel = 'roamkit:track', make } of messages) {
    test(what, async () => {
      const page = await app.page();
      const before = await app.ipcStats();
      expect(await send(page, channel, make)).toEqual({
        ok: false,
        error: { code: 'ERR_ROAMKIT_IPC_REFUSED', reason, message: expect.any(String) },
      });
      const after = await app.ipcStats();
      expect(after).toEqual({
        ...before,
        refused: before.refused + 1,
        refusedFor: { ...before.refusedFor, [reason]: before.refusedFor[reason] + 1 },
      });
    });
  }

  test('a channel that does not exist is nobody’s, and does no harm', async () => {
    const page = await app.page();
    await expect(send(page, 'roamkit:execute', (version) => [version, null])).rejects.toThrow(
      'No handler registered',
    );
    expect(await send(page, 'roamkit:snapshot', (version) => [version, null])).toMatchObject({ ok: true });
  });

  test('the client makes an IpcRefusedError of it', async () => {
    const page = await app.page();
    const error = await page.evaluate(() =>
      pageSide.roamkit.track('ftp://203.0.113.1').catch((refused) => ({
        isError: refused instanceof Error,
        name: refused.name,
        code: refused.code,
        reason: refused.reason,
      })),
    );
    expect(error).toEqual({
      isError: true,
      name: 'IpcRefusedError',
      code: 'ERR_ROAMKIT_IPC_REFUSED',
      reason: 'schema',
    });
  });
});

test('a window that floods is refused (rate), is answered again later, and no other window suffers', async () => {
  await using _net = await twoLinkLab({ client: await Lab.here() });
  await using app = await launchHostile({ limits: { requestsPerSecond: 10 } });
  const page = await app.page();
  const other = await app.openWindow();
  const reasons = await page.evaluate(async (version) => {
    const hostile = Reflect.get(window, 'hostile') as { invoke(...args: unknown[]): Promise<Refused> };
    const all = await Promise.all(
      Array.from({ length: 500 }, () => hostile.invoke('roamkit:snapshot', version, null)),
    );
    return all.filter(({ ok }) => !ok).map(({ error }) => error.reason);
  }, contract.version);
  expect(reasons.length).toBeGreaterThan(400);
  expect(new Set(reasons)).toEqual(new Set(['rate']));
  expect((await app.ipcStats()).refusedFor.rate).toBe(reasons.length);
  expect(await send(other, 'roamkit:snapshot', (version) => [version, null])).toMatchObject({ ok: true });
  await expect
    .poll(() => send(page, 'roamkit:snapshot', (version) => [version, null]), { intervals: [100] })
    .toMatchObject({ ok: true });
});

test('a window tracks as many connections as it may (limit), and others once it has let some go', async () => {
  await using _net = await twoLinkLab({ client: await Lab.here() });
  await using app = await launchHostile({ limits: { trackedPerWindow: 2 } });
  const page = await app.page();
  const outcomes = await page.evaluate(async () => {
    const url = 'ws://203.0.113.1';
    const track = () => pageSide.roamkit.track(url);
    const [first] = [await track(), await track()];
    const refused: string = await track().then(
      () => 'none',
      ({ reason }) => reason,
    );
    first.untrack();
    return { refused, later: (await track()).id };
  });
  expect(outcomes).toEqual({ refused: 'limit', later: expect.any(Number) });
  expect(outcomes.later).toBeGreaterThan(0);
  await app.expectIpc(1, 2);
});
