/** What the driver tells a window beside the demo as it starts it: the one argument, as JSON. */
export interface BesideOptions {
  /** An echo server. */
  readonly webSocketUrl: string;
  /** Electron alone, or with roamkit in its main process: nothing else differs. */
  readonly hasRoamkit: boolean;
  /** Nobody watches: no graphics card. */
  readonly isHeadless: boolean;
  /** A folder for what Chromium keeps; the driver removes it. */
  readonly userData: string;
}
