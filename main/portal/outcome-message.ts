import type { DetectorStatus } from '../../core/portal-types.js';
import type { NetworkMessage } from '../bus/messages.js';

/** What the bus is told of a look's outcome, in libwebsockets' words; `null` where it came to none. */
export function outcomeMessage(status: DetectorStatus): NetworkMessage | null {
  const result = RESULTS[status];
  return result === null ? null : { type: 'cpd', result };
}

const RESULTS: { readonly [S in DetectorStatus]: 'OK' | 'Captive' | 'No internet' | null } = {
  unknown: null,
  probing: null,
  online: 'OK',
  portal: 'Captive',
  limited: 'No internet',
  offline: 'No internet',
};
