// The time of those that wait for the end of the turn only.
const AT_ONCE = 0;

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
    // The connection keeps the process alive as long as it wants to; its grace period does not.
    else group.timer = setTimeout(() => this.#fire(group), dueAt - performance.now()).unref();
    return group;
  }

  // A link that is lost takes IPv4 with it a moment before IPv6. Were the later group left to its own timer, it would wait for
  // all that the application does about the end of the earlier one.
  #fire(group: Group<T>): void {
    if (this.#groups.get(group.dueAt) !== group) return;
    let due: readonly Group<T>[] = [group];
    while (due.length > 0) {
      this.#handOver(due);
      due = this.#overdue();
    }
  }

  #overdue(): readonly Group<T>[] {
    const now = performance.now();
    return [...this.#groups.values()].filter(({ dueAt }) => dueAt !== AT_ONCE && dueAt <= now);
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
