import type { MonitorBatch } from './backend.js';
import { monotonicNow } from './monotonic-time.js';

/** A batch, read now, in which nothing changed. */
export function emptyBatch(): MonitorBatch {
  return {
    receivedAt: monotonicNow(),
    links: [],
    addresses: [],
    rules: [],
    routes: [],
    omittedRoutes: 0,
    defaultPaths: null,
    lostDefaults: [],
    verdicts: [],
    portals: [],
    resync: false,
  };
}
