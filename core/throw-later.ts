/**
 * Runs somebody else's code from ours: what it throws surfaces as an uncaught exception, as from any event emitter,
 * but only after our own work is done.
 */
export function throwLater(call: () => void): void {
  try {
    call();
  } catch (error) {
    surface(error);
  }
}

/** Lets an error of somebody else's code surface as an uncaught exception, after our own work is done. */
export function surface(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}

/** The same for what an answer failed with, unless it gave up because `signal` told it to: that is no fault. */
export function surfaceUnlessAborted(error: unknown, signal: AbortSignal): void {
  if (!signal.aborted || error !== signal.reason) surface(error);
}
