import { durationText } from '../shared/duration-text.js';
import type { TimelineEntry, TimelineKind } from '../shared/view.js';
import type { Arrivals } from './arrivals.js';
import { byId, element, reconcile, setText } from './dom.js';
import type { MainClock } from './main-clock.js';
import { onceAFrame } from './once-a-frame.js';

const TONES: { readonly [K in TimelineKind]: string } = {
  story: 'story',
  path: 'info',
  link: 'idle',
  address: 'idle',
  suspect: 'warn',
  recovered: 'good',
  rerouted: 'info',
  invalidated: 'bad',
  reconnect: 'plain',
  opened: 'good',
};

const LONGEST = 200;

const clockTime = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 1,
});

/** How long the news took, in milliseconds, as far as it is known. */
interface Latencies {
  /** From the kernel's message. */
  readonly toMainMs: number | null;
  /** From the kernel's message. */
  readonly toPageMs: number | null;
  /** Where no message of the kernel is behind it. */
  readonly mainToPageMs: number | null;
}

const NONE: Latencies = { toMainMs: null, toPageMs: null, mainToPageMs: null };

interface Known {
  entry: TimelineEntry;
  /** When the entry itself came, in milliseconds of this page's clock; `null`: before the page was there. */
  readonly arrivedAt: number | null;
}

/** What happened, newest first, with how long the news took. */
export class TimelineView {
  readonly #clock: MainClock;
  readonly #arrivals: Arrivals;
  readonly #entries = new Map<number, Known>();

  constructor(clock: MainClock, arrivals: Arrivals) {
    this.#clock = clock;
    this.#arrivals = arrivals;
  }

  add(entries: readonly TimelineEntry[], arrivedAt: number | null): void {
    for (const entry of entries) {
      const known = this.#entries.get(entry.id);
      if (known === undefined) this.#entries.set(entry.id, { entry, arrivedAt });
      else known.entry = entry;
    }
    const excess = this.#entries.size - LONGEST;
    for (const id of [...this.#entries.keys()].slice(0, Math.max(0, excess))) this.#entries.delete(id);
    this.show();
  }

  readonly show = onceAFrame(() => this.#show());

  #show(): void {
    const newestFirst = [...this.#entries.values()].sort((a, b) => b.entry.id - a.entry.id);
    byId('timeline-hint').hidden = newestFirst.some(({ entry }) => entry.kind !== 'opened');
    reconcile(
      byId('timeline'),
      newestFirst,
      ({ entry }) => String(entry.id),
      ({ entry }) => makeEntry(entry),
      (item, known) => this.#update(item, known),
    );
    this.#showMedians(newestFirst);
  }

  #update(item: HTMLElement, known: Known): void {
    const { entry } = known;
    const part = (name: string): Element | null => item.querySelector(`.${name}`);
    const title = part('entry-title');
    const detail = part('entry-detail');
    const latency = part('entry-latency');
    if (title === null || detail === null || latency === null) return;
    setText(title, entry.title);
    setText(detail, entry.detail ?? '');
    setText(latency, latencyText(this.#latencies(known)));
  }

  #latencies({ entry, arrivedAt }: Known): Latencies {
    const { kernelAt, mainAt, pageEvent } = entry;
    const heardAt =
      pageEvent === null ? (kernelAt === null ? null : arrivedAt) : this.#arrivals.of(pageEvent);
    const pageAt = heardAt === null ? null : this.#clock.fromPage(heardAt);
    if (kernelAt === null) {
      // Pages are told first: the page may know before the demo's own listener in main has noted the time.
      const mainToPageMs = pageAt === null || pageAt <= mainAt ? null : pageAt - mainAt;
      return { ...NONE, mainToPageMs };
    }
    return { ...NONE, toMainMs: mainAt - kernelAt, toPageMs: pageAt === null ? null : pageAt - kernelAt };
  }

  #showMedians(all: readonly Known[]): void {
    // What waits for a grace period is no measure of how fast the news travels.
    const latencies = all
      .filter(({ entry }) => entry.kind !== 'invalidated')
      .map((known) => this.#latencies(known));
    const medians = [
      { name: 'kernel to main', ms: median(latencies.map(({ toMainMs }) => toMainMs)) },
      { name: 'to page', ms: median(latencies.map(({ toPageMs }) => toPageMs)) },
    ];
    byId('medians').replaceChildren(
      ...medians.flatMap(({ name, ms }) =>
        ms === null ? [] : [element('div', {}, element('dt', {}, name), element('dd', {}, durationText(ms)))],
      ),
    );
  }
}

function makeEntry(entry: TimelineEntry): HTMLElement {
  return element(
    'li',
    { class: 'entry', 'data-tone': TONES[entry.kind], 'data-kind': entry.kind },
    element(
      'div',
      { class: 'entry-head' },
      element('p', { class: 'entry-title' }),
      element(
        'time',
        { class: 'entry-time', datetime: new Date(entry.at).toISOString() },
        clockTime.format(entry.at),
      ),
    ),
    element('p', { class: 'entry-detail' }),
    element('p', { class: 'entry-latency' }),
  );
}

function latencyText({ toMainMs, toPageMs, mainToPageMs }: Latencies): string {
  const parts = [
    toMainMs === null ? '' : `main ${durationText(toMainMs)}`,
    toPageMs === null ? '' : `page ${durationText(toPageMs)}`,
    mainToPageMs === null ? '' : `main to page ${durationText(mainToPageMs)}`,
  ];
  return parts.filter((part) => part !== '').join('  ·  ');
}

function median(values: readonly (number | null)[]): number | null {
  const sorted = values.filter((value) => value !== null).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? null;
}
