import { onScopeDispose, type ShallowRef, shallowRef } from 'vue';
import type { ConnectivitySnapshot } from '../../ipc/snapshot.js';
import { getRoamkit } from '../get-roamkit.js';
import type { IsEqual, Selector } from '../selection.js';
import { serverSnapshot } from '../without-bridge.js';

/**
 * What the page knows of the network, or what `selector` picks of it, as a ref. It follows until the component, or the effect
 * scope that it is called in, ends.
 *
 * ```ts
 * const status = useConnectivity((snapshot) => snapshot.status);
 * ```
 *
 * On a server the status is `unknown`. A page that hydrates what a server rendered knows more at once: show it in
 * client-only parts there.
 */
export function useConnectivity(): Readonly<ShallowRef<ConnectivitySnapshot>>;
export function useConnectivity<T>(selector: Selector<T>, isEqual?: IsEqual<T>): Readonly<ShallowRef<T>>;
export function useConnectivity(
  selector: Selector<unknown> = (snapshot) => snapshot,
  isEqual?: IsEqual<unknown>,
): Readonly<ShallowRef<unknown>> {
  // A server ends no scope: what is subscribed there would stay for ever.
  if (typeof window === 'undefined') return shallowRef(selector(serverSnapshot));
  const selection = getRoamkit().select(selector, isEqual);
  const value = shallowRef(selection.getSnapshot());
  onScopeDispose(
    selection.subscribe(() => {
      value.value = selection.getSnapshot();
    }),
  );
  return value;
}
