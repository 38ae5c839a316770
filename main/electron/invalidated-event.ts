import type { Reason } from '../../core/verdict-types.js';
import type { InvalidatedEvent } from '../../ipc/messages.js';
import type { ConnectionEvent } from '../registry/registry-events.js';
import { endpointText } from '../registry/sockets/flow-of-socket.js';
import { connectivityPath } from './snapshot-source.js';

/**
 * An invalidated connection as a page is told of it; `null`: not at all. Of Chromium's own connections the page hears from its
 * `WebSocket`, `fetch` or `EventSource`; whose they are is not known.
 */
export function invalidatedEvent(
  { connection, path }: ConnectionEvent,
  reason: Reason,
  generation: number,
  exposeAddresses: boolean,
): InvalidatedEvent | null {
  const { id, owner, label, flow } = connection;
  if (owner === 'chromium') return null;
  // A connection without a name of its own is called after its peer's address.
  const isNamed = flow === null || label !== endpointText(flow.remote);
  return {
    id,
    owner,
    label: isNamed || exposeAddresses ? label : null,
    reason,
    generation,
    path: connectivityPath(path, exposeAddresses),
    remote: exposeAddresses ? (flow?.remote ?? null) : null,
  };
}
