import type { Clock } from '../../../core/reconnect/clock.js';
import { surfaceUnlessAborted } from '../../../core/throw-later.js';
import type { Verdict } from '../../../core/verdict-types.js';
import type { TrackedConnection } from '../tracked-connection.js';
import { Deadlines } from './deadlines.js';
import type { LifeSigns } from './life-signs.js';
import type { LivenessOptions } from './liveness-options.js';

// A look that comes this late: the process was stopped, or its machine was. An answer may still be on its way.
const LATE_MS = 1000;

/** A connection whose peer must show that it lives. Times in the clock's milliseconds. */
interface Life {
  readonly connection: TrackedConnection;
  readonly options: LivenessOptions;
  readonly signs: LifeSigns;
  /** What had been received at the last look. */
  received: number;
  /** When the silence began, as far as it counts. */
  silentSince: number;
  ping: { readonly at: number; readonly question: AbortController } | null;
  /** Its process was stopped once in this silence, and it got another ping for it. */
  hadReprieve: boolean;
  isUnroutable: boolean;
}

/** What {@link Liveness} needs from around it. */
export interface LivenessContext {
  readonly clock: Clock;
  /** `connection.isSilent` is different now. */
  readonly changed: (connection: TrackedConnection) => void;
}

/**
 * Finds connections whose peers are silent for too long. Packets cost nothing: what a connection received is looked at when
 * its time is up, and all share one timer.
 */
export class Liveness {
  readonly #context: LivenessContext;
  readonly #lives = new Map<TrackedConnection, Life>();
  readonly #deadlines: Deadlines<Life>;

  constructor(context: LivenessContext) {
    this.#context = context;
    this.#deadlines = new Deadlines(context.clock, (life) => this.#look(life));
  }

  /** Watches over a connection that has connected. */
  start(connection: TrackedConnection, options: LivenessOptions, signs: LifeSigns): void {
    const life: Life = {
      connection,
      options,
      signs,
      received: signs.received(),
      silentSince: this.#context.clock.now(),
      ping: null,
      hadReprieve: false,
      isUnroutable: connection.watch?.verdict.kind === 'unroutable',
    };
    this.#lives.set(connection, life);
    this.#lookAgain(life);
  }

  /** The application says that the peer lives. */
  prove(connection: TrackedConnection): void {
    const life = this.#lives.get(connection);
    if (life !== undefined) this.#proved(life);
  }

  /** The network's verdict on a connection is another one. To be told before anything follows from it. */
  judged(connection: TrackedConnection, verdict: Verdict): void {
    const life = this.#lives.get(connection);
    if (life === undefined) return;
    const isBack = life.isUnroutable && verdict.kind !== 'unroutable';
    life.isUnroutable = verdict.kind === 'unroutable';
    if (!isBack) return;
    // What was sent meanwhile is lost or late; the peer gets all of its time to answer now.
    connection.isSilent = false;
    this.#ping(life);
  }

  /** Pings all, whatever is left of their time: the machine slept, say. Each peer has all of its time to answer. */
  checkAll(): void {
    for (const life of [...this.#lives.values()]) {
      if (this.#lives.get(life.connection) !== life) continue;
      if (isCounted(life)) this.#ping(life);
      else this.#look(life);
    }
  }

  /** Whether a connection that was found silent still is. */
  isSilent(connection: TrackedConnection): boolean {
    const life = this.#lives.get(connection);
    if (life !== undefined && this.#hasReceived(life)) this.#proved(life);
    return connection.isSilent;
  }

  forget(connection: TrackedConnection): void {
    const life = this.#lives.get(connection);
    if (life === undefined) return;
    this.#lives.delete(connection);
    this.#deadlines.cancel(life);
    life.ping?.question.abort();
  }

  #look(life: Life): void {
    const now = this.#context.clock.now();
    if (this.#hasReceived(life)) this.#proved(life);
    else if (!isCounted(life)) this.#startOver(life);
    else if (life.ping === null && now >= pingAt(life)) this.#ping(life);
    else if (life.ping === null || now < hangUpAt(life)) this.#lookAgain(life);
    else if (now > hangUpAt(life) + LATE_MS && !life.hadReprieve) {
      life.hadReprieve = true;
      this.#ping(life);
    } else this.#waitForSockets(life);
  }

  // A busy or stopped process may not have read yet what is there: sockets come to their turn before the next timer.
  #waitForSockets(life: Life): void {
    const { ping } = life;
    this.#context.clock.after(0, () => this.#hangUp(life, ping));
  }

  #hangUp(life: Life, ping: Life['ping']): void {
    if (this.#lives.get(life.connection) !== life || life.ping !== ping) return;
    if (this.#hasReceived(life)) {
      this.#proved(life);
      return;
    }
    const isSilent = isCounted(life);
    // Where that closes nothing (policy), it is pinged again in its time: it may come back.
    this.#startOver(life);
    if (!isSilent || life.connection.isSilent) return;
    life.connection.isSilent = true;
    this.#context.changed(life.connection);
  }

  #hasReceived(life: Life): boolean {
    const received = life.signs.received();
    const hasReceived = received !== life.received;
    life.received = received;
    return hasReceived;
  }

  #proved(life: Life): void {
    life.hadReprieve = false;
    this.#startOver(life);
    if (!life.connection.isSilent) return;
    life.connection.isSilent = false;
    this.#context.changed(life.connection);
  }

  #startOver(life: Life): void {
    life.ping?.question.abort();
    life.ping = null;
    life.silentSince = this.#context.clock.now();
    this.#lookAgain(life);
  }

  #ping(life: Life): void {
    life.ping?.question.abort();
    const question = new AbortController();
    life.ping = { at: this.#context.clock.now(), question };
    this.#lookAgain(life);
    const failed = (error: unknown): void => surfaceUnlessAborted(error, question.signal);
    try {
      Promise.resolve(life.options.ping(life.connection, question.signal)).catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  // While an answer is waited for as often as before, so that a new silence is not noticed late.
  #lookAgain(life: Life): void {
    const { ping, options } = life;
    const now = this.#context.clock.now();
    const at = ping === null ? pingAt(life) : Math.min(hangUpAt(life), now + options.pingAfterMs);
    this.#deadlines.schedule(life, at);
  }
}

function pingAt({ silentSince, options }: Life): number {
  return silentSince + options.pingAfterMs;
}

// However late the ping came, its answer has the same time.
function hangUpAt({ ping, silentSince, options: { pingAfterMs, hangupAfterMs } }: Life): number {
  return (ping?.at ?? silentSince + pingAfterMs) + (hangupAfterMs - pingAfterMs);
}

// Without a path nothing can come, and that is for the network's verdict to decide; what is not read proves nothing.
function isCounted({ connection, signs }: Life): boolean {
  const verdict = connection.watch?.verdict;
  return (verdict?.kind !== 'unroutable' || verdict.path !== null) && signs.isReading();
}
