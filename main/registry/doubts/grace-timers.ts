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
    this.cancel(item);
    // To the millisecond: timers are no finer.
    const dueAt = delayMs === 0 ? 0 : Math.ceil(this.#now() + delayMs);
    const group = this.#groups.get(dueAt) ?? this.#open(dueAt, delayMs);
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

  #open(dueAt: number, delayMs: number): Group<T> {
    const group: Group<T> = { dueAt, items: new Set(), timer: undefined };
    this.#groups.set(dueAt, group);
    if (delayMs === 0) queueMicrotask(() => this.#fire(group));
    // The connection keeps the process alive as long as it wants to; its grace period does not.
    else group.timer = setTimeout(() => this.#fire(group), delayMs).unref();
    return group;
  }

  #fire(group: Group<T>): void {
    if (this.#groups.get(group.dueAt) !== group) return;
    this.#groups.delete(group.dueAt);
    for (const item of group.items) this.#groupOf.delete(item);
    if (this.#held === null) this.#due([...group.items]);
    else for (const item of group.items) this.#held.add(item);
  }
}

interface Group<T> {
  readonly dueAt: number;
  readonly items: Set<T>;
  timer: NodeJS.Timeout | undefined;
}
