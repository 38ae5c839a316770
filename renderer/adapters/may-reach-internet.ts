import type { Selector } from '../selection.js';

/**
 * Whether requests to the internet may get anywhere. `false` with no usable link, no default route, or a captive portal in
 * between; `true` also where the status is `limited` (a probe without an answer is advice) or not known.
 */
export const mayReachInternet: Selector<boolean> = ({ status }) =>
  status !== 'offline' && status !== 'local' && status !== 'portal';
