/**
 * Runs somebody else's code from ours: what it throws surfaces as an uncaught exception, as from any event emitter,
 * but only after our own work is done.
 */
export function throwLater(call: () => void): void {
  try {
    call();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
