import { useEffect, useMemo, useRef, useSyncExternalStore } from 'react';
import type { ConnectivitySnapshot } from '../../ipc/snapshot.js';
import { getRoamkit } from '../get-roamkit.js';
import { type IsEqual, type Selector, stableSelector } from '../selection.js';
import { shallowEqual } from '../shallow-equal.js';
import { serverSnapshot } from '../without-bridge.js';

// Asked for anew each time, and not before it is needed: a server that renders has no client.
const readSnapshot = (): ConnectivitySnapshot => getRoamkit().getSnapshot();
const readServerSnapshot = (): ConnectivitySnapshot => serverSnapshot;
const subscribe = (listener: () => void): (() => void) => getRoamkit().subscribe(listener);
const wholeSnapshot = (snapshot: ConnectivitySnapshot): ConnectivitySnapshot => snapshot;

/** What the page knows of the network; the component renders again when it changes. */
export function useConnectivity(): ConnectivitySnapshot;
/**
 * What `selector` picks of it; the component renders again only when that changes.
 *
 * ```tsx
 * const status = useConnectivity((snapshot) => snapshot.status);
 * ```
 *
 * The selector may be written inline and may return a new object each time: values that `isEqual` are one and the same,
 * by default those that are the same, or are objects or arrays with the same fields.
 *
 * On a server, and while a page hydrates what a server rendered, the status is `unknown`.
 */
export function useConnectivity<T>(selector: Selector<T>, isEqual?: IsEqual<T>): T;
export function useConnectivity(
  selector: Selector<unknown> = wholeSnapshot,
  isEqual: IsEqual<unknown> = shallowEqual,
): unknown {
  // What is on the screen: a selector written inline is a new function at each render, and must not make a new value.
  const shown = useRef<{ readonly value: unknown } | null>(null);
  const [read, readOnServer] = useMemo(
    () => [
      stableSelector(readSnapshot, selector, isEqual, () => shown.current),
      stableSelector(readServerSnapshot, selector, isEqual),
    ],
    [selector, isEqual],
  );
  const value = useSyncExternalStore(subscribe, read, readOnServer);
  useEffect(() => {
    shown.current = { value };
  }, [value]);
  return value;
}
