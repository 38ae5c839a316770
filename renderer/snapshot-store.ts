import { type ConnectivitySnapshot, changedFields, type SnapshotDelta } from '../ipc/snapshot.js';

// Deltas that wait for a snapshot to put them in order with. At one a frame this is seconds of changes; beyond it the
// oldest are given up, which shows as a gap.
const MOST_EARLY_DELTAS = 256;

/**
 * Puts snapshots and deltas together, in whatever order they come. The snapshot keeps its identity while nothing in it
 * changes.
 */
export class SnapshotStore {
  readonly #changed: (next: ConnectivitySnapshot, previous: ConnectivitySnapshot) => void;
  readonly #pull: () => void;
  #current: ConnectivitySnapshot;
  /** The number of the last delta that `#current` includes; `null` until main has sent a snapshot. */
  #seq: number | null = null;
  #early: SnapshotDelta[] = [];

  /** `pull` is called when a delta is missing: {@link SnapshotStore.accept} should follow, with a newer snapshot. */
  constructor(
    initial: ConnectivitySnapshot,
    changed: (next: ConnectivitySnapshot, previous: ConnectivitySnapshot) => void,
    pull: () => void,
  ) {
    this.#current = initial;
    this.#changed = changed;
    this.#pull = pull;
  }

  get current(): ConnectivitySnapshot {
    return this.#current;
  }

  /** A new subscription begins, perhaps at another main process: what has been numbered so far counts no more. */
  restart(): void {
    this.#seq = null;
    this.#early = [];
  }

  /** A snapshot from main. Deltas that came before it may be newer. */
  accept(snapshot: ConnectivitySnapshot): void {
    if (this.#seq !== null && snapshot.seq < this.#seq) return;
    this.#seq = snapshot.seq;
    this.#settle(snapshot);
  }

  apply(delta: SnapshotDelta): void {
    this.#early.push(delta);
    if (this.#early.length > MOST_EARLY_DELTAS) this.#early.shift();
    if (this.#seq !== null) this.#settle(this.#current);
  }

  /** Main is not, or no longer, the source: `snapshot` holds until it sends one. */
  replace(snapshot: ConnectivitySnapshot): void {
    this.restart();
    this.#set(snapshot);
  }

  #settle(base: ConnectivitySnapshot): void {
    let next = base;
    let seq = this.#seq ?? base.seq;
    const missing: SnapshotDelta[] = [];
    for (const delta of this.#early) {
      if (delta.seq <= seq) continue;
      if (delta.seq !== seq + 1) {
        missing.push(delta);
        continue;
      }
      seq = delta.seq;
      next = { ...next, ...delta.changed, seq };
    }
    this.#early = missing;
    this.#seq = seq;
    this.#set(next);
    if (missing.length > 0) this.#pull();
  }

  #set(next: ConnectivitySnapshot): void {
    const previous = this.#current;
    // Numbers alone are no change: a snapshot pulled again is mostly what was known already. What it repeats of that keeps its
    // identity, so that whoever looks at one field is not told of the others.
    const changed = changedFields(previous, { ...next, seq: previous.seq });
    if (changed === null) return;
    this.#current = { ...previous, ...changed, seq: next.seq };
    this.#changed(this.#current, previous);
  }
}
