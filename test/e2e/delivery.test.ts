import { expect, test } from '@playwright/test';
import { Lab, linkDown, type TwoLinkLab, twoLinkLab } from '../lab/index.js';
import { eventually } from './support/eventually.js';
import { words } from './support/sides.js';
import { ToldApplication } from './support/told-application.js';

// Who is told how much: nobody more than can be seen, nobody less than connections need, and main computes it once.

/** Makes another default path, or takes it back: one change of one route. */
async function changePath(net: TwoLinkLab, verb: 'add' | 'del'): Promise<void> {
  await net.client.ip(`route ${verb} default via ${net.addresses.wifiGateway.v4} dev wlan0 metric 50`);
}

/** Windows with titles, side by side: Chromium hides the page of a window that others cover. Quiet ones listen for changes only, and not for what concerns connections. */
class Windows implements AsyncDisposable {
  private constructor(readonly app: ToldApplication) {}

  static async open(...titles: readonly string[]): Promise<Windows> {
    const windows = new Windows(await ToldApplication.launch());
    await eventually(() => windows.app.main(() => globalThis.mainSide?.roamkit !== undefined)).toBe(true);
    await eventually(async () => (await windows.app.ipcStats()).subscribedWindows, 'its first window').toBe(
      1,
    );
    for (const [index, title] of titles.entries()) await windows.#open(title, index);
    // The application's own first window, which no test asked for.
    await windows.app.main(
      ({ BrowserWindow }, wanted) =>
        BrowserWindow.getAllWindows()
          .find((window) => !wanted.includes(window.getTitle()))
          ?.destroy(),
      titles,
    );
    await eventually(async () => (await windows.app.ipcStats()).subscribedWindows).toBe(titles.length);
    for (const title of titles) await windows.#expectShown(title, true);
    return windows;
  }

  /** Shows or hides a window, and waits until main has taken notice. */
  async show(title: string, isShown: boolean): Promise<void> {
    await this.app.main(
      ({ BrowserWindow }, wanted) => {
        const window = BrowserWindow.getAllWindows().find((one) => one.getTitle() === wanted.title);
        if (wanted.isShown) window?.showInactive();
        else window?.hide();
      },
      { title, isShown },
    );
    await this.#expectShown(title, isShown);
  }

  /** Has a page listen for signals, and waits until main has taken notice. */
  async listen(title: string): Promise<void> {
    await this.app.page(title, () => {
      const { roamkit, log } = pageSide;
      roamkit.on('reconnect', ({ urgency }) => log.push({ event: 'reconnect', urgency }));
    });
    await this.#settle(title);
  }

  async story(title: string): Promise<string[]> {
    return (await this.app.page(title, () => pageSide.log)).map(words);
  }

  clear(title: string): Promise<void> {
    return this.app.page(title, () => {
      pageSide.log.length = 0;
    });
  }

  generation(title: string): Promise<number> {
    return this.app.page(title, () => pageSide.roamkit.getSnapshot().generation);
  }

  generationOfMain(): Promise<number> {
    return this.app.main(() => mainSide.roamkit.monitor.state.generation);
  }

  /** What main computes and sends while these pages hear of a change. */
  async costOf(titles: readonly string[], change: () => Promise<void>) {
    const before = await this.app.ipcStats();
    const generation = await this.generationOfMain();
    await change();
    await eventually(() => this.generationOfMain()).toBe(generation + 1);
    for (const title of titles) await eventually(() => this.story(title)).toContain('change');
    for (const title of titles) await this.clear(title);
    const after = await this.app.ipcStats();
    return {
      snapshots: after.computed.snapshots - before.computed.snapshots,
      deltas: after.computed.deltas - before.computed.deltas,
      sentDeltas: after.sent.delta - before.sent.delta,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.app.quit();
  }

  async #open(title: string, index: number): Promise<void> {
    const file = title.startsWith('quiet') ? 'quiet.html' : 'page.html';
    const [x, y] = [(index % 5) * 160, Math.floor(index / 5) * 160];
    await this.app.main(
      async ({ BrowserWindow }, of) => {
        await mainSide.openWindow(of.file, of.title);
        const window = BrowserWindow.getAllWindows().find((one) => one.getTitle() === of.title);
        window?.setBounds({ x: of.x, y: of.y, width: 150, height: 150 });
      },
      { file, title, x, y },
    );
    await this.app.page(title, () => pageSide.roamkit.ready);
    await this.clear(title);
  }

  async #expectShown(title: string, isShown: boolean): Promise<void> {
    await eventually(() => this.app.page(title, () => document.visibilityState)).toBe(
      isShown ? 'visible' : 'hidden',
    );
    await this.#settle(title);
  }

  /** Waits until main has had all that the page asked so far. */
  async #settle(title: string): Promise<void> {
    await this.app.page(title, async () => {
      await Reflect.get(window, '__roamkit').untrack({ id: 0 });
    });
  }
}

test('ten windows: a change costs one computation, and a message to each that is to know', async () => {
  await using net = await twoLinkLab({ client: await Lab.here() });
  const titles = ['a', 'b', 'c', 'd', 'e', 'f', 'quiet g', 'quiet h', 'quiet i', 'quiet j'];
  await using windows = await Windows.open(...titles);
  expect(await windows.costOf(titles, () => changePath(net, 'add'))).toEqual({
    snapshots: 1,
    deltas: 1,
    sentDeltas: 10,
  });
  // Of these, nobody is to be told anything.
  for (const title of titles.slice(7)) await windows.show(title, false);
  await windows.app.page('quiet g', () => pageSide.roamkit.close());
  await eventually(async () => (await windows.app.ipcStats()).subscribedWindows).toBe(9);
  expect(await windows.costOf(titles.slice(0, 6), () => changePath(net, 'del'))).toEqual({
    snapshots: 1,
    deltas: 1,
    sentDeltas: 6,
  });
  for (const title of titles.slice(6)) expect(await windows.story(title)).toEqual([]);
});

test('a hidden page without connections is told nothing, and knows all when it is shown', async () => {
  await using net = await twoLinkLab({ client: await Lab.here() });
  await using windows = await Windows.open('a', 'quiet');
  await windows.show('quiet', false);
  const before = await windows.generation('quiet');
  for (const verb of ['add', 'del', 'add'] as const) {
    await windows.costOf(['a'], () => changePath(net, verb));
  }
  expect(await windows.generation('quiet')).toBe(before);
  expect(await windows.story('quiet')).toEqual([]);
  await windows.show('quiet', true);
  await eventually(() => windows.generation('quiet')).toBe(before + 3);
  expect(await windows.story('quiet'), 'all of it as one change').toEqual(['change']);
});

test('a hidden page with connections is told of their end and when to reconnect, after what these belong to', async () => {
  await using net = await twoLinkLab({ client: await Lab.here() });
  await using windows = await Windows.open('a');
  await windows.app.page('a', async () => (await pageSide.roamkit.track('ws://203.0.113.1')).id);
  await windows.show('a', false);
  await linkDown(net.ethernet.a);
  await eventually(() => windows.story('a')).toContain('reconnect now');
  expect((await windows.story('a')).filter((line) => line !== 'change')).toEqual([
    'invalidated page link-down',
    'reconnect now',
  ]);
  expect(await windows.generation('a')).toBe(await windows.generationOfMain());
});

test('a hidden page that begins to listen is told from then on', async () => {
  await using net = await twoLinkLab({ client: await Lab.here() });
  await using windows = await Windows.open('quiet');
  await windows.show('quiet', false);
  await windows.listen('quiet');
  await linkDown(net.ethernet.a);
  await eventually(() => windows.story('quiet')).toContain('reconnect now');
});
