import type { ReconnectSignal } from './signal.js';

/** The signal with a delay of its own, 0 to `jitterMs`. What tells to wait has none. `random` gives 0 to 1. */
export function withJitter(signal: ReconnectSignal, jitterMs: number, random: () => number): ReconnectSignal {
  return signal.urgency === 'wait' ? signal : { ...signal, delayMs: Math.round(random() * jitterMs) };
}
