import type { ConnectivitySnapshot } from '../../ipc/snapshot.js';
import { getRoamkit } from '../get-roamkit.js';
import type { IsEqual, Selector } from '../selection.js';

/** Svelte's store contract, read only. Subscribers get the value at once, then each new one. */
export interface ConnectivityStore<T> {
  readonly subscribe: (run: (value: T) => void) => () => void;
}

/**
 * What the page knows of the network, or what `selector` picks of it, as a Svelte store.
 *
 * ```svelte
 * <script>
 *   import { connectivityStore } from 'roamkit/adapters';
 *   const status = connectivityStore((snapshot) => snapshot.status);
 * </script>
 * <p>{$status}</p>
 * ```
 *
 * On a server the status is `unknown`.
 */
export function connectivityStore(): ConnectivityStore<ConnectivitySnapshot>;
export function connectivityStore<T>(selector: Selector<T>, isEqual?: IsEqual<T>): ConnectivityStore<T>;
export function connectivityStore(
  selector: Selector<unknown> = (snapshot) => snapshot,
  isEqual?: IsEqual<unknown>,
): ConnectivityStore<unknown> {
  return {
    subscribe: (run) => {
      const selection = getRoamkit().select(selector, isEqual);
      run(selection.getSnapshot());
      return selection.subscribe(() => run(selection.getSnapshot()));
    },
  };
}
