import type { DemoView, TimelineEntry } from './view.js';

/** Where the demo's preload script puts {@link DemoApi} on `window`. */
export const DEMO_KEY = 'demo';

/** The demo's own channels, beside roamkit's. */
export const channels = {
  snapshot: 'demo:snapshot',
  clock: 'demo:clock',
  socket: 'demo:socket',
  view: 'demo:view',
  timeline: 'demo:timeline',
} as const;

/** What the page starts from. */
export interface DemoSnapshot {
  readonly view: DemoView;
  readonly timeline: readonly TimelineEntry[];
  /** What the page's own WebSocket connects to. */
  readonly webSocketUrl: string;
}

/** What the page's own WebSocket is called, in events and in the table. */
export const PAGE_SOCKET_LABEL = 'This page’s own socket';

/** What became of the page's own WebSocket. */
export interface SocketReport {
  /** What `track` of roamkit answered; 0 where it is not tracked. */
  readonly id: number;
  readonly state: 'connecting' | 'open' | 'closed';
}

/**
 * What an application's own preload script gives its page: functions only, and no more than this page needs. roamkit's
 * snapshot deliberately carries neither all links nor the connections of the main process.
 */
export interface DemoApi {
  snapshot(): Promise<DemoSnapshot>;
  /** The main process's CLOCK_MONOTONIC, in milliseconds. */
  clock(): Promise<number>;
  reportSocket(report: SocketReport): void;
  onView(handler: (view: DemoView) => void): void;
  onTimeline(handler: (entries: readonly TimelineEntry[]) => void): void;
}
