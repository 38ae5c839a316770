import type { Session } from 'electron';
import type { SessionPolicy } from './session-policy.js';

/** What is used of a session to make it forget. */
export type ForgetfulSession = Pick<
  Session,
  'clearHostResolverCache' | 'forceReloadProxyConfig' | 'closeAllConnections'
>;

/** Has a session forget what it learnt of a network that may have been left. Connections stay as they are. Never rejects. */
export async function forgetNetwork(session: ForgetfulSession, policy: SessionPolicy): Promise<void> {
  await Promise.allSettled([
    policy.clearHostCache ? session.clearHostResolverCache() : null,
    policy.reloadProxy ? session.forceReloadProxyConfig() : null,
  ]);
}

/** Closes a session's HTTP connections, healthy ones too, where its policy wants that; throws what a function of the policy throws. */
export function closePools(session: ForgetfulSession, policy: SessionPolicy): void {
  const isWanted = typeof policy.closePools === 'function' ? policy.closePools() : policy.closePools;
  if (isWanted) void session.closeAllConnections().catch(() => {});
}
