import type { Lookup, LookupOptions } from '../../core/network-types.js';
import { withoutScope } from '../addresses.js';
import type { NetworkMonitor } from './network-monitor.js';

/**
 * `monitor.lookup` for an address that was good once: `null` where the link of its scope (`fe80::1%eth0`) is gone since, which
 * is no mistake of whoever asks. Throws what `lookup` throws on everything else.
 */
export function scopedLookup(
  monitor: Pick<NetworkMonitor, 'lookup'>,
  destination: string,
  options: LookupOptions = {},
): Lookup | null {
  try {
    return monitor.lookup(destination, options);
  } catch (error) {
    if (!destination.includes('%')) throw error;
    // Whatever else is wrong is wrong without the scope too.
    monitor.lookup(withoutScope(destination), options);
    return null;
  }
}
