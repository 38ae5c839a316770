import type { Caption } from './view.js';

/** A size and theme to take a screenshot in. */
export interface Shot {
  readonly width: number;
  readonly height: number;
  readonly theme: 'light' | 'dark';
  /** Absolute; ends in `.png`. */
  readonly file: string;
}

/** What somebody in front of the application does. */
export type UserAct = 'open-sign-in' | 'sign-in';

/** What the driver tells the application, over the channel of `child_process`. */
export type DriverMessage =
  | { readonly type: 'caption'; readonly caption: Caption }
  | { readonly type: 'capture'; readonly shots: readonly Shot[] }
  | { readonly type: 'act'; readonly act: UserAct };

/** What the application answers. */
export type ApplicationMessage =
  /** The window shows live data. */
  { readonly type: 'ready' } | { readonly type: 'captured' } | { readonly type: 'acted' };
