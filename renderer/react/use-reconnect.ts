import { useEffect, useRef } from 'react';
import type { ReconnectSignal } from '../../core/reconnect/signal.js';
import { getRoamkit } from '../get-roamkit.js';

/**
 * Calls `handler` with each reconnect signal while the component is mounted: always the handler of the latest render.
 *
 * ```tsx
 * useReconnect(({ urgency, delayMs }) => {
 *   if (urgency === 'now') setTimeout(refetch, delayMs);
 * });
 * ```
 */
export function useReconnect(handler: (signal: ReconnectSignal) => void): void {
  const latest = useRef(handler);
  // Before the subscribing effect, so that the first signal finds it; not while rendering, which may be thrown away.
  useEffect(() => {
    latest.current = handler;
  }, [handler]);
  useEffect(() => getRoamkit().on('reconnect', (signal) => latest.current(signal)), []);
}
