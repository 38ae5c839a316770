import { EventEmitter } from 'node:events';
import type { WebContents } from 'electron';
import { beforeEach, expect, it } from 'vitest';
import type { Page } from '../../../../main/electron/page.js';
import { Windows } from '../../../../main/electron/windows.js';

class FakeContents extends EventEmitter {
  isGone = false;

  isDestroyed(): boolean {
    return this.isGone;
  }

  commit(isMainFrame: boolean, processId: number, frameId: number): void {
    this.emit('did-frame-navigate', {}, 'file:///', 200, 'OK', isMainFrame, processId, frameId);
  }
}

interface FakePage extends Page {
  readonly frame: { isAlive: boolean };
  closed: number;
}

let contents: FakeContents;
let windows: Windows;
const MAIN = { processId: 4, frameId: 1 };
const INNER = { processId: 4, frameId: 2 };

function fakePage(): FakePage {
  const page: FakePage = {
    frame: { isAlive: true },
    closed: 0,
    channel: { isSubscribed: true, unsubscribe: () => {} } as unknown as Page['channel'],
    connections: {
      count: 2,
      close: () => {
        page.closed++;
      },
    } as unknown as Page['connections'],
    portal: {} as unknown as Page['portal'],
  };
  return page;
}

beforeEach(() => {
  contents = new FakeContents();
  windows = new Windows(fakePage);
});

const page = (frame: { processId: number; frameId: number }): FakePage =>
  windows.page(contents as unknown as WebContents, frame) as FakePage;

it('has one page a frame', () => {
  expect(page(MAIN)).toBe(page(MAIN));
  expect(page(INNER)).not.toBe(page(MAIN));
  expect([...windows.pages()]).toHaveLength(2);
  expect(windows.subscribed).toBe(1);
  expect(windows.tracked).toBe(4);
});

it('ends all pages of a window when it commits another document, as a reload does', () => {
  const [main, inner] = [page(MAIN), page(INNER)];
  contents.commit(true, 4, 1);
  expect([main.closed, inner.closed]).toEqual([1, 1]);
  expect([...windows.pages()]).toEqual([]);
  expect(page(MAIN)).not.toBe(main);
});

it('keeps a page while a navigation has merely started, since a download starts one too', () => {
  const main = page(MAIN);
  contents.emit('did-start-navigation', {}, 'file:///archive.zip', false, true, 4, 1);
  expect(main.closed).toBe(0);
});

it('ends only the page of a frame that navigates inside', () => {
  const [main, inner] = [page(MAIN), page(INNER)];
  contents.commit(false, 4, 2);
  expect([main.closed, inner.closed]).toEqual([0, 1]);
});

it('ends pages of frames that were removed when the next one comes', () => {
  const inner = page(INNER);
  inner.frame.isAlive = false;
  page({ processId: 4, frameId: 3 });
  expect(inner.closed).toBe(1);
});

it('ends pages when the process is gone, and takes new ones after a reload', () => {
  const main = page(MAIN);
  contents.emit('render-process-gone', {}, { reason: 'crashed' });
  expect(main.closed).toBe(1);
  expect(page(MAIN).closed).toBe(0);
});

it('forgets a window that is closed', () => {
  const main = page(MAIN);
  contents.isGone = true;
  contents.emit('destroyed');
  expect(main.closed).toBe(1);
  expect(windows.subscribed).toBe(0);
});

it('leaves no listener behind', () => {
  page(MAIN);
  windows.close();
  expect(contents.eventNames()).toEqual([]);
  expect([...windows.pages()]).toEqual([]);
});
