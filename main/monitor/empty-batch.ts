import type { MonitorBatch } from './backend.js';

/** A batch, read now, in which nothing changed. */
export function emptyBatch(): MonitorBatch {
  return {
    receivedAt: Number(process.hrtime.bigint()) / 1e6,
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
