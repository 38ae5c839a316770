import { expect, test } from '@playwright/test';
import { fiveLosses, Lab, twoLinkLab } from '../lab/index.js';
import { eventually } from './support/eventually.js';
import { lossesToTry } from './support/losses-to-try.js';
import { type ConnectionKind, ProtocolsApplication } from './support/protocols-application.js';

// All the ways in which an application connects through Chromium, over TLS (so requests share an HTTP/2 session, and
// WebSockets have connections of their own), from pages without any code of ours.

const FAILED = { to: 'server', path: '/stream', end: 'failed' } as const;
const CLOSED = { to: 'server', path: '/', end: 'closed 1006' } as const;
const LOST = { to: 'server', path: '/events', end: 'lost' } as const;

const kinds = {
  'a WebSocket': { by: 'page', kind: 'socket', ...CLOSED },
  'a stream of an HTTP/2 session': { by: 'page', kind: 'stream', ...FAILED },
  'an EventSource': { by: 'page', kind: 'events', ...LOST },
  'a WebSocket that is still connecting': { by: 'page', kind: 'connecting', ...CLOSED, to: 'nobody' },
  'a request that is still connecting': { by: 'page', kind: 'request', ...FAILED, to: 'nobody' },
  'a fetch of a service worker': { by: 'service worker', kind: 'stream', ...FAILED },
  'net.fetch in the main process': { by: 'main', kind: 'fetch', ...FAILED },
  'net.request in the main process': { by: 'main', kind: 'request', ...FAILED },
  'net.WebSocket in the main process': { by: 'main', kind: 'socket', ...CLOSED },
  'a WebSocket through a CONNECT proxy': { by: 'page behind CONNECT', kind: 'socket', ...CLOSED },
  'a request through a CONNECT proxy': { by: 'page behind CONNECT', kind: 'stream', ...FAILED },
  'a WebSocket through a SOCKS5 proxy': { by: 'page behind SOCKS5', kind: 'socket', ...CLOSED },
  'a request through a SOCKS5 proxy': { by: 'page behind SOCKS5', kind: 'stream', ...FAILED },
} as const satisfies Readonly<Record<string, ConnectionKind>>;

const PAGES = ['page', 'page behind CONNECT', 'page behind SOCKS5'] as const;

const losses = {
  v4: lossesToTry([fiveLosses.linkDown, fiveLosses.allDefaultsRemoved]),
  v6: lossesToTry([fiveLosses.addressRemoved, fiveLosses.bestDefaultRemoved]),
};

/** All kinds that this Electron has. */
async function kindsOf({ application }: ProtocolsApplication): Promise<[string, ConnectionKind][]> {
  const hasWebSocket = await application.electron.evaluate(() => protocolsMain.hasWebSocket);
  return Object.entries(kinds).filter(([name]) => hasWebSocket || !name.startsWith('net.WebSocket'));
}

for (const version of ['v4', 'v6'] as const) {
  for (const { what, lose, changesAddresses, isTotal } of losses[version]) {
    test(`every kind of connection over IP${version} ends when ${what}, and healthy ones work on`, async () => {
      await using net = await twoLinkLab({ client: await Lab.here() });
      await using app = await ProtocolsApplication.launch(net, version);
      const { page, near, far } = app;
      const log = () => page.evaluate(() => protocolsPage.log);
      const tried = await kindsOf(app);
      // So that what follows is on sessions that have worked.
      for (const by of PAGES) expect(await app.ask(by, `${far}/version`)).toBe('2.0');
      for (const [name, kind] of tried) await app.open(name, kind);
      const nearSocket = near.replace('https', 'wss');
      await page.evaluate((url) => protocolsPage.openEcho(url), nearSocket);
      await page.evaluate((url) => protocolsPage.open.stream('near', url), `${near}/stream`);
      await page.evaluate((url) => protocolsPage.open.request('unanswered', url), `${far}/slow?ms=1500`);

      const undo = await lose(net);
      for (const [name, kind] of tried) {
        await eventually(() => app.story(name, kind), name).toContain(kind.end);
      }

      expect(await page.evaluate((url) => protocolsPage.echo(url), nearSocket)).toBe('hello');
      // Where addresses change, Chromium ends all its HTTP/2 sessions by itself, healthy ones too.
      if (!changesAddresses) {
        // Where there is another way, it was put again.
        await eventually(log).toContain(`unanswered: ${isTotal ? 'failed' : 'answered'}`);
        expect(await log()).not.toContain('near: failed');
      }
      if (isTotal) await undo();
      else expect(await app.ask('page', `${far}/whoami`)).toBe(net.addresses.wifi[version]);
      for (const by of PAGES) expect(await app.ask(by, `${far}/version`)).toBe('2.0');
      const opened = async (): Promise<number> => {
        const story = await app.story('an EventSource', kinds['an EventSource']);
        return story.filter((event) => event === 'open').length;
      };
      await eventually(opened).toBe(2);
    });
  }
}
