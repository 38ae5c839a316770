let depth = 0;

/**
 * Runs `call`, whose sockets `ConnectionRegistry.trackAll` leaves alone: those that begin to connect before it returns. For sockets of
 * roamkit's own, which are none of the application's connections.
 */
export function withoutTracking<T>(call: () => T): T {
  depth += 1;
  try {
    return call();
  } finally {
    depth -= 1;
  }
}

/** Whether a socket that begins to connect now is to be left alone. */
export function isTrackingSuspended(): boolean {
  return depth > 0;
}
