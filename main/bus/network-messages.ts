import type { MonitorBatch } from '../monitor/backend.js';
import type { NetworkMessage } from './messages.js';

const ROUTE_ADDED: NetworkMessage = Object.freeze({ rt: 'add' });
const ROUTE_REMOVED: NetworkMessage = Object.freeze({ rt: 'del' });
/** Asks for a look for a captive portal, after the way to the internet changed. */
export const GATEWAY_CHANGED: NetworkMessage = Object.freeze({ trigger: 'cpdcheck', src: 'gw-change' });
/** The same, after the machine slept. */
export const LOOK_AFTER_SLEEP: NetworkMessage = Object.freeze({ trigger: 'cpdcheck', src: 'resume' });

/**
 * What a batch's route changes call for: each message at most once, in the order of the changes. A route that was
 * replaced in place counts as added, as the kernel tells it (RTM_NEWROUTE).
 */
export function messagesForRoutes({
  routes,
  omittedRoutes,
}: Pick<MonitorBatch, 'routes' | 'omittedRoutes'>): Set<NetworkMessage> {
  // What is not listed may be anything; a message too many does less harm than one too few.
  if (omittedRoutes > 0) return new Set([ROUTE_REMOVED, ROUTE_ADDED, GATEWAY_CHANGED]);
  const messages = new Set<NetworkMessage>();
  for (const { kind, route } of routes) {
    messages.add(kind === 'remove' ? ROUTE_REMOVED : ROUTE_ADDED);
    if (route.nexthops.some(({ gateway }) => gateway !== null)) messages.add(GATEWAY_CHANGED);
  }
  return messages;
}
