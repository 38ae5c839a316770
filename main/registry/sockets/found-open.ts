import type { Flow, Reason } from '../../../core/verdict-types.js';
import type { NetworkMonitor } from '../../monitor/network-monitor.js';
import { scopedLookup } from '../../monitor/scoped-lookup.js';
import { backendFlow } from './flow-of-socket.js';

/** What to take for a connection's past that nobody saw. */
export interface FoundOpen {
  /** As `BackendFlow.connectingSinceMs`. */
  readonly sinceMs: number | null;
  /** Its path may have changed under it, or before it was opened: TCP's own state is to show whether it works. */
  readonly isInQuestion: boolean;
}

// These close only what is silent as well (docs/verdicts.md, "Evidence").
const PROVED_BY_SILENCE: readonly Reason[] = ['carrier-lost', 'gateway-unreachable'];

/**
 * A connection that was found open, and that was not open yet at `openedAfterMs`. Was it opened before what the network lost
 * since then, which had carried it and condemns it now, or afterwards, by what is there still? Nobody saw that. But nobody can
 * open a connection where there is no route, and the kernel gives a new one an address of the link by which it leaves: what does not fit
 * the way out as it is now was opened before. Where it fits, nothing is closed but on evidence (docs/adr/0017).
 */
export function foundOpen(monitor: NetworkMonitor, flow: Flow, openedAfterMs: number | null): FoundOpen {
  const asBefore: FoundOpen = { sinceMs: openedAfterMs, isInQuestion: false };
  if (openedAfterMs === null) return asBefore;
  try {
    const watched = monitor.watchFlow(backendFlow(flow, openedAfterMs), () => {});
    const { reason } = watched.verdict;
    watched.close();
    if (reason === null || PROVED_BY_SILENCE.includes(reason) || !fitsTheWayOut(monitor, flow))
      return asBefore;
  } catch {
    // It cannot be watched; who is to watch it says so.
    return asBefore;
  }
  return { sinceMs: null, isInQuestion: true };
}

// Whether a connection that is opened now might have the same addresses.
function fitsTheWayOut(monitor: NetworkMonitor, { local, remote, oif }: Flow): boolean {
  const lookup = scopedLookup(monitor, remote.address, oif === null ? {} : { oif });
  if (lookup === null || !lookup.routable) return false;
  return (
    local === null ||
    local.address === lookup.source ||
    monitor.state.addresses.some(
      ({ address, ifindex }) => address === local.address && ifindex === lookup.oif,
    )
  );
}
