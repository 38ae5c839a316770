// What the test applications put on their global objects, for tests to look at: `mainSide` in the main process,
// `pageSide` in the page. An application has of it what its tests need.
import type { Roamkit } from '../../../main/electron/index.js';
import type { RoamingWebSocket, RoamkitClient } from '../../../renderer/index.js';

/** Something that happened in an application, in the words of its own log. */
export interface LogEntry {
  readonly event: string;
  readonly id?: number;
  readonly owner?: 'main' | 'page' | 'chromium';
  readonly reason?: string | null;
  readonly urgency?: string;
  readonly generation?: number;
  /** With a signal: the generation of the page's snapshot when it came. */
  readonly known?: number;
  readonly seq?: number;
  readonly code?: string | number;
}

declare global {
  var mainSide: {
    readonly roamkit: Roamkit;
    /** apps/plain, apps/node-api: starts roamkit, where it was not started at once or was disposed of. */
    readonly start: () => Promise<void>;
    /** apps/plain: opens one more window and loads its page, `page.html` by default. */
    readonly openWindow: (file?: string, title?: string) => Promise<void>;
    /** apps/on-line: opens one more window in a partition and loads its page. */
    readonly openPage: (partition: string, webPreferences: object) => Promise<void>;
    /** apps/node-api: starts a helper: `utility process`, `worker thread`. */
    readonly startHelper: (kind: string) => void;
    /** apps/node-api: sends the helper a message. */
    readonly tellHelper: (message: string) => void;
    /** apps/node-api: ends the helper at once. */
    readonly stopHelper: () => void;
    /** apps/sockets, apps/chromium, apps/node-api. */
    readonly log: LogEntry[];
    /** apps/sockets. */
    readonly echo: () => Promise<string>;
    /** apps/chromium: the process that holds Chromium's connections. */
    readonly networkServicePid: () => number | undefined;
    /** apps/chromium. */
    readonly download: (url: string) => void;
  };
  var pageSide: {
    readonly roamkit: RoamkitClient;
    readonly log: LogEntry[];
    /** apps/sockets. */
    readonly echo: () => Promise<string>;
    /** apps/roaming. */
    readonly socket: RoamingWebSocket;
    /** apps/roaming: the numbered messages that came back. */
    readonly received: string[];
    /** apps/roaming: sends numbered messages until what it returns is called. */
    readonly keepSending: () => () => void;
    /** apps/roaming: the status of the answer to a `roamingFetch`, or its error's code (else its name) and reason. */
    readonly outcomeOf: (target: string, options?: RequestInit) => Promise<number | string>;
    /** apps/roaming: opens a socket through the installed class; whether `instanceof`, constants and undo work. */
    readonly openInstalled: () => boolean;
    /** apps/roaming. */
    readonly counts: () => { readonly tokens: number; readonly sent: number };
  };
}

/** An entry in words: `invalidated main link-down`, `reconnect now`, `open`. */
export function words({ event, code, owner, reason, urgency }: LogEntry): string {
  return [event, event === 'error' ? code : undefined, owner, urgency ?? reason]
    .filter((word) => word !== undefined && word !== null && word !== '')
    .join(' ');
}
