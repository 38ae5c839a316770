/**
 * The channels of the override of `navigator.onLine`, apart from the contract's: they carry a yes or no and nothing else, so they
 * serve pages of every origin, in the sessions whose policy wants them. `null`: as Chromium says.
 */
export const onLineChannels = {
  /** A preload script asks, synchronously, before the page's first line runs; from then on its frame is told. */
  ask: 'roamkit:on-line?',
  /** Main tells a frame. */
  tell: 'roamkit:on-line',
} as const;

/** What pages are to see as `navigator.onLine`; `null`: what Chromium says. */
export type OnLine = boolean | null;
