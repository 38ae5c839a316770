import type { WebContents } from 'electron';
import { closePage, type Page } from './page.js';
import type { FrameId } from './page-frame.js';

/** Makes the page of a frame. `trackedByWindow` counts what all pages of its window track. */
export type CreatePage = (contents: WebContents, frame: FrameId, trackedByWindow: () => number) => Page;

interface WindowEntry {
  readonly pages: Map<string, Page>;
  readonly stopWatching: () => void;
}

/**
 * The windows whose pages have asked for something, and their pages. A page ends when its frame has *committed* another
 * document, its process is gone, or its window is closed. The start of a navigation does not count: a download, an
 * answer 204 and a cancelled navigation all start one, and the page stays.
 */
export class Windows {
  readonly #createPage: CreatePage;
  readonly #windows = new Map<WebContents, WindowEntry>();

  constructor(createPage: CreatePage) {
    this.#createPage = createPage;
  }

  /** The page in a frame of a window. */
  page(contents: WebContents, frame: FrameId): Page {
    const { pages } = this.#windows.get(contents) ?? this.#open(contents);
    const key = frameKey(frame);
    const known = pages.get(key);
    if (known !== undefined) return known;
    closeGone(pages);
    const page = this.#createPage(contents, frame, () => tracked(pages));
    pages.set(key, page);
    return page;
  }

  *pages(): Iterable<Page> {
    for (const { pages } of [...this.#windows.values()]) yield* [...pages.values()];
  }

  /** Windows with a page that has subscribed. */
  get subscribed(): number {
    return [...this.#windows.values()].filter(({ pages }) => [...pages.values()].some(isSubscribed)).length;
  }

  /** Connections that all pages track. */
  get tracked(): number {
    return [...this.#windows.values()].reduce((sum, { pages }) => sum + tracked(pages), 0);
  }

  close(): void {
    for (const [contents, { stopWatching }] of [...this.#windows]) {
      stopWatching();
      this.#drop(contents);
    }
  }

  #open(contents: WebContents): WindowEntry {
    const pages = new Map<string, Page>();
    const navigated = (
      _event: unknown,
      _url: string,
      _code: number,
      _status: string,
      isMainFrame: boolean,
      processId: number,
      frameId: number,
    ): void => {
      // What was inside a page goes with it.
      if (isMainFrame) closeAll(pages);
      else closeOne(pages, frameKey({ processId, frameId }));
    };
    const crashed = (): void => closeAll(pages);
    const destroyed = (): void => this.#drop(contents);
    contents.on('did-frame-navigate', navigated);
    contents.on('render-process-gone', crashed);
    contents.on('destroyed', destroyed);
    const entry = {
      pages,
      stopWatching: (): void => {
        if (contents.isDestroyed()) return;
        contents.off('did-frame-navigate', navigated);
        contents.off('render-process-gone', crashed);
        contents.off('destroyed', destroyed);
      },
    };
    this.#windows.set(contents, entry);
    return entry;
  }

  #drop(contents: WebContents): void {
    closeAll(this.#windows.get(contents)?.pages ?? new Map());
    this.#windows.delete(contents);
  }
}

function frameKey({ processId, frameId }: FrameId): string {
  return `${processId}/${frameId}`;
}

function isSubscribed({ channel }: Page): boolean {
  return channel.isSubscribed;
}

function tracked(pages: ReadonlyMap<string, Page>): number {
  return [...pages.values()].reduce((sum, { connections }) => sum + connections.count, 0);
}

function closeOne(pages: Map<string, Page>, key: string): void {
  const page = pages.get(key);
  pages.delete(key);
  if (page !== undefined) closePage(page);
}

// No event tells that a frame inside a page is gone.
function closeGone(pages: Map<string, Page>): void {
  for (const [key, { frame }] of [...pages]) if (!frame.isAlive) closeOne(pages, key);
}

function closeAll(pages: Map<string, Page>): void {
  for (const key of [...pages.keys()]) closeOne(pages, key);
}
