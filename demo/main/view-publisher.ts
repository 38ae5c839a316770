import type { WebContents } from 'electron';
import type { NetworkState } from 'roamkit';
import { channels } from '../shared/demo-api.js';
import type { Caption, ConnectionRow, DemoView, SceneName, TimelineEntry } from '../shared/view.js';
import { linkRows } from './link-rows.js';

// A screen shows 60 frames a second.
const FRAME_MS = 16;

/** What the view is made of, read anew for each. */
export interface ViewSource {
  readonly scene: SceneName;
  readonly state: () => NetworkState;
  readonly connections: () => readonly ConnectionRow[];
}

/** Sends the page what it shows: the first change at once, then at most one view a frame. */
export class ViewPublisher {
  readonly #source: ViewSource;
  readonly #page: () => WebContents | null;
  #caption: Caption | null = null;
  #revision = 0;
  #sent = '';
  #sentAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | null = null;

  constructor(source: ViewSource, page: () => WebContents | null) {
    this.#source = source;
    this.#page = page;
  }

  view(): DemoView {
    return { revision: ++this.#revision, ...this.#contents() };
  }

  set caption(caption: Caption) {
    this.#caption = caption;
    this.changed();
  }

  readonly changed = (): void => {
    if (this.#timer !== null) return;
    // Never at once: what is told in this turn is still half of a batch.
    const waitMs = Math.max(0, this.#sentAt + FRAME_MS - performance.now());
    this.#timer = setTimeout(() => this.#send(), waitMs);
  };

  readonly tellTimeline = (entries: readonly TimelineEntry[]): void => {
    this.#page()?.send(channels.timeline, entries);
  };

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #contents(): Omit<DemoView, 'revision'> {
    const { scene, state, connections } = this.#source;
    return { scene, links: linkRows(state()), connections: connections(), caption: this.#caption };
  }

  #send(): void {
    this.#timer = null;
    const contents = this.#contents();
    const text = JSON.stringify(contents);
    // Most of what a monitor hears of is in no row.
    if (text === this.#sent) return;
    this.#sent = text;
    this.#sentAt = performance.now();
    this.#page()?.send(channels.view, { revision: ++this.#revision, ...contents });
  }
}
