import type { TimelineEntry, TimelineKind } from '../shared/view.js';
import { monotonicNow } from './monotonic.js';

/** An entry as its reporter knows it. */
export interface TimelineNews {
  readonly kind: TimelineKind;
  /** News with the same key soon after each other are one entry. */
  readonly key: string;
  /** What this piece of news adds to the entry: a connection's label, an address. */
  readonly item: string;
  /** The entry's words for all its items. */
  readonly words: (items: readonly string[]) => { readonly title: string; readonly detail?: string | null };
  readonly kernelAt: number | null;
  readonly pageEvent?: string | null;
}

interface OpenEntry {
  readonly items: string[];
  readonly firstAt: number;
  entry: TimelineEntry;
}

// A switch of the default path touches both families and every connection within some milliseconds; reopening takes
// up to the jitter of the reconnect signal (50 ms). A person sees one event.
const JOIN_MS = 150;

const LONGEST = 200;

/** What happened, newest last. */
export class Timeline {
  readonly #tell: (entries: readonly TimelineEntry[]) => void;
  readonly #open = new Map<string, OpenEntry>();
  readonly #unsent = new Map<number, TimelineEntry>();
  #entries: TimelineEntry[] = [];
  #nextId = 1;

  constructor(tell: (entries: readonly TimelineEntry[]) => void) {
    this.#tell = tell;
  }

  get entries(): readonly TimelineEntry[] {
    return this.#entries;
  }

  add(news: TimelineNews): void {
    const mainAt = monotonicNow();
    const known = this.#open.get(news.key);
    if (known !== undefined && mainAt - known.firstAt < JOIN_MS) this.#join(known, news);
    else this.#begin(news, mainAt);
  }

  #begin(news: TimelineNews, mainAt: number): void {
    const { title, detail = null } = news.words([news.item]);
    const entry: TimelineEntry = {
      id: this.#nextId++,
      kind: news.kind,
      at: Date.now(),
      title,
      detail,
      kernelAt: news.kernelAt,
      mainAt,
      pageEvent: news.pageEvent ?? null,
    };
    this.#open.set(news.key, { items: [news.item], firstAt: mainAt, entry });
    this.#entries = [...this.#entries, entry].slice(-LONGEST);
    this.#send(entry);
  }

  #join(known: OpenEntry, news: TimelineNews): void {
    if (!known.items.includes(news.item)) known.items.push(news.item);
    const { title, detail = null } = news.words(known.items);
    const entry = { ...known.entry, title, detail };
    known.entry = entry;
    this.#entries = this.#entries.map((each) => (each.id === entry.id ? entry : each));
    this.#send(entry);
  }

  /** One message for all that one turn brings, as soon as the turn is over. */
  #send(entry: TimelineEntry): void {
    if (this.#unsent.size === 0) {
      queueMicrotask(() => {
        const entries = [...this.#unsent.values()];
        this.#unsent.clear();
        this.#tell(entries);
      });
    }
    this.#unsent.set(entry.id, entry);
  }
}
