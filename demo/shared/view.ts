import type { ConnectionState, Family, Reason } from 'roamkit';

/** Which network the demo runs on: this computer's own, or one made for it out of network namespaces. */
export type SceneName = 'host' | 'lab';

/** A link, as the page shows it. */
export interface LinkRow {
  readonly ifindex: number;
  readonly name: string;
  /** `loopback`, `veth`, `bridge`, …; `null` for hardware. */
  readonly kind: string | null;
  readonly isUp: boolean;
  readonly hasCarrier: boolean;
  /** With prefix lengths. */
  readonly addresses: readonly string[];
  /** The families whose default path leaves here. */
  readonly defaultFor: readonly Family[];
}

/** How a connection leaves, or left, the host. */
export interface RowPath {
  readonly link: string;
  readonly gateway: string | null;
}

/** One of the demo's connections. The row stays while the connection behind it is closed and opened anew. */
export interface ConnectionRow {
  readonly key: string;
  readonly label: string;
  readonly owner: 'main' | 'page';
  /** What it talks to, in words: `TCP 203.0.113.1:7000`. */
  readonly peer: string;
  readonly state: ConnectionState;
  readonly reason: Reason | null;
  /** The path it has, or had. */
  readonly path: RowPath | null;
  /** When `state` last changed: milliseconds since the epoch. */
  readonly since: number;
  /** What there is to add: `reopened in 112 ms`. */
  readonly note: string | null;
}

/** What an entry of the timeline is about. */
export type TimelineKind =
  | 'story'
  | 'path'
  | 'link'
  | 'address'
  | 'suspect'
  | 'recovered'
  | 'rerouted'
  | 'invalidated'
  | 'reconnect'
  | 'opened';

/** One entry of the timeline. An entry that grew (a second connection, the other family) is sent again, with its `id`. */
export interface TimelineEntry {
  readonly id: number;
  readonly kind: TimelineKind;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly title: string;
  readonly detail: string | null;
  /** When the kernel's message behind it was read: milliseconds of CLOCK_MONOTONIC; `null` where there is none. */
  readonly kernelAt: number | null;
  /** When code of the main process heard of it, on the same clock. */
  readonly mainAt: number;
  /** Which of roamkit's own events tells the page the same (see `arrivals.ts`); `null`: none does, only this entry. */
  readonly pageEvent: string | null;
}

/** Where the story of `--lab` stands. */
export interface Caption {
  /** From 1. */
  readonly step: number;
  readonly steps: number;
  readonly title: string;
  readonly text: string;
}

/** All that the page is shown besides what roamkit tells it. */
export interface DemoView {
  /** Grows with each view sent, so that a late answer is not taken for news. */
  readonly revision: number;
  readonly scene: SceneName;
  readonly links: readonly LinkRow[];
  readonly connections: readonly ConnectionRow[];
  readonly caption: Caption | null;
}
