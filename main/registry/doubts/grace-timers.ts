// The time of those that wait for the end of the turn only.
const AT_ONCE = 0;
// A link that is lost takes IPv4 with it a moment before IPv6. Were the second group left to itself, it would wait for all that
// the application does about the end of the first, which takes longer than this; so the first waits for the second.
const SHARED_WITHIN_MS = 5;

/**
 * Collects what falls due at the same time and hands it over together, so that a thousand connections that turned
 * suspect at once are confirmed in one go.
 */
export class GraceTimers<T> {
  readonly #due: (items: readonly T[]) => void;
  readonly #groups = new Map<number, Group<T>>();
  readonly #groupOf = new Map<T, Group<T>>();
  /** What fell due while nothing is handed over; `null`: all is, at once. */
  #held: Set<T> | null = null;
  #turn: number | undefined;

  constructor(due: (items: readonly T[]) => void) {
    this.#due = due;
  }

  /** Hands `item` over after `delayMs`; 0: once the batch that is being applied is done. Replaces an earlier time. */
  schedule(item: T, delayMs: number): void {
    this.scheduleAt(item, delayMs === 0 ? 0 : this.#now() + delayMs);
  }

  /** The same at a time of `performance.now()`. */
  scheduleAt(item: T, time: number): void {
    this.cancel(item);
    // To the millisecond: timers are no finer.
    const dueAt = time <= this.#now() ? AT_ONCE : Math.ceil(time);
    const group = this.#groups.get(dueAt) ?? this.#open(dueAt);
    group.items.add(item);
    this.#groupOf.set(item, group);
  }

  /** Keeps what falls due, until {@link GraceTimers.release}. */
  hold(): void {
    this.#held ??= new Set();
  }

  /** Hands over what fell due meanwhile. */
  release(): void {
    const held = this.#held;
    this.#held = null;
    if (held !== null && held.size > 0) this.#due([...held]);
  }

  cancel(item: T): void {
    this.#held?.delete(item);
    const group = this.#groupOf.get(item);
    if (group === undefined) return;
    this.#groupOf.delete(item);
    group.items.delete(item);
    if (group.items.size > 0) return;
    clearTimeout(group.timer);
    this.#groups.delete(group.dueAt);
  }

  clear(): void {
    for (const group of this.#groups.values()) clearTimeout(group.timer);
    this.#groups.clear();
    this.#groupOf.clear();
    this.#held?.clear();
  }

  // One time for all that is scheduled in one go, so that what turned suspect in one batch falls due together.
  #now(): number {
    if (this.#turn === undefined) {
      this.#turn = performance.now();
      queueMicrotask(() => {
        this.#turn = undefined;
      });
    }
    return this.#turn;
  }

  #open(dueAt: number): Group<T> {
    const group: Group<T> = { dueAt, items: new Set(), timer: undefined };
    this.#groups.set(dueAt, group);
    if (dueAt === AT_ONCE) queueMicrotask(() => this.#fire(group));
    else this.#arm(group, dueAt);
    return group;
  }

  // The connection keeps the process alive as long as it wants to; its grace period does not.
  #arm(group: Group<T>, time: number): void {
    group.timer = setTimeout(() => this.#fire(group), time - performance.now()).unref();
  }

  #fire(group: Group<T>): void {
    if (this.#groups.get(group.dueAt) !== group) return;
    const time = this.#timeOf(group);
    if (time > group.dueAt && time >= performance.now() + 1) {
      this.#arm(group, time);
      return;
    }
    let due = group.dueAt === AT_ONCE ? [group] : this.#dueBy(time);
    while (due.length > 0) {
      this.#handOver(due);
      // What has fallen due meanwhile does not wait for the application either.
      due = this.#dueBy(performance.now());
    }
  }

  // When a group is handed over, with all that share that time.
  #timeOf({ dueAt }: Group<T>): number {
    if (dueAt === AT_ONCE) return AT_ONCE;
    const times = (by: number): readonly number[] => this.#dueBy(by).map((group) => group.dueAt);
    return Math.max(...times(Math.min(...times(dueAt)) + SHARED_WITHIN_MS));
  }

  #dueBy(time: number): readonly Group<T>[] {
    return [...this.#groups.values()].filter(({ dueAt }) => dueAt !== AT_ONCE && dueAt <= time);
  }

  #handOver(groups: readonly Group<T>[]): void {
    for (const group of groups) {
      clearTimeout(group.timer);
      this.#groups.delete(group.dueAt);
      for (const item of group.items) this.#groupOf.delete(item);
    }
    const items = groups.flatMap((group) => [...group.items]);
    if (this.#held === null) this.#due(items);
    else for (const item of items) this.#held.add(item);
  }
}

interface Group<T> {
  readonly dueAt: number;
  readonly items: Set<T>;
  timer: NodeJS.Timeout | undefined;
}
