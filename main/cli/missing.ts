import { RoamkitError } from '../../core/errors.js';
import type { NetworkMonitor } from '../monitor/network-monitor.js';
import type { CommandContext } from './command.js';

/** Says so once where the monitor sees less than it could, lest its silence be taken for a quiet network. */
export function noteMissing({ capabilities }: NetworkMonitor, { note }: CommandContext): void {
  const [why] = capabilities.missing;
  if (why !== undefined) note(`${capabilities.backend} backend: ${why} (more: roamkit status)`);
}

/** The error for what cannot be done with this monitor, and why. */
export function missingError(what: string, { capabilities }: NetworkMonitor): RoamkitError {
  const [why = 'not on this platform'] = capabilities.missing;
  return new RoamkitError('ERR_ROAMKIT_UNSUPPORTED_PLATFORM', `${what}: ${why}`);
}
