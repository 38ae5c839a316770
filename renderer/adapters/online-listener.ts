import { getRoamkit } from '../get-roamkit.js';
import type { Selector } from '../selection.js';
import { mayReachInternet } from './may-reach-internet.js';

/**
 * What TanStack Query's `onlineManager` listens to instead of `navigator.onLine`: queries and mutations pause as soon as
 * there is no way to the internet, and go on when there is one.
 *
 * ```ts
 * import { onlineManager } from '@tanstack/react-query';
 * onlineManager.setEventListener(onlineListener());
 * ```
 *
 * `isOnline` decides, for an application whose servers are elsewhere; default: {@link mayReachInternet}.
 */
export function onlineListener(
  isOnline: Selector<boolean> = mayReachInternet,
): (setOnline: (isOnline: boolean) => void) => () => void {
  return (setOnline) => {
    const online = getRoamkit().select(isOnline);
    const tell = (): void => setOnline(online.getSnapshot());
    tell();
    return online.subscribe(tell);
  };
}
