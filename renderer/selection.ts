import type { ConnectivitySnapshot } from '../ipc/snapshot.js';
import { shallowEqual } from './shallow-equal.js';

/** Picks what somebody wants to know out of a snapshot. Must be pure: same snapshot, same answer. */
export type Selector<T> = (snapshot: ConnectivitySnapshot) => T;

/** Whether two values may stand for each other. */
export type IsEqual<T> = (a: T, b: T) => boolean;

/** A part of what a page knows, to look at and to follow. Both may be used without their object. */
export interface Selection<T> {
  /** What the selector picks now; the same value until it picks one that is not equal. */
  readonly getSnapshot: () => T;
  /** Calls `listener` whenever `getSnapshot()` gives another value; returns what stops it. */
  readonly subscribe: (listener: () => void) => () => void;
}

/** The part of a store, or of another selection, that `selector` picks. */
export function select<T>(
  store: Selection<ConnectivitySnapshot>,
  selector: Selector<T>,
  isEqual: IsEqual<T> = shallowEqual,
): Selection<T> {
  const getSnapshot = stableSelector(store.getSnapshot, selector, isEqual);
  return {
    getSnapshot,
    subscribe: (listener) => {
      let last = getSnapshot();
      return store.subscribe(() => {
        const next = getSnapshot();
        if (Object.is(next, last)) return;
        last = next;
        listener();
      });
    },
  };
}

/**
 * A function that gives what `selector` picks of `read()`: asked twice of one snapshot it gives one value, and a value equal
 * to the one before is that one. `held` gives the value that somebody holds from earlier, which is as good.
 */
export function stableSelector<T>(
  read: () => ConnectivitySnapshot,
  selector: Selector<T>,
  isEqual: IsEqual<T>,
  held: () => { readonly value: T } | null = () => null,
): () => T {
  let snapshot: ConnectivitySnapshot | null = null;
  let picked: { readonly value: T } | null = null;
  return () => {
    const next = read();
    if (picked !== null && next === snapshot) return picked.value;
    const value = selector(next);
    const before = picked ?? held();
    picked = before !== null && isEqual(before.value, value) ? before : { value };
    snapshot = next;
    return picked.value;
  };
}
