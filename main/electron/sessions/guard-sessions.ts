import type { Session } from 'electron';
import type { NetworkChange } from '../../../core/network-diff.js';
import type { Clock } from '../../../core/reconnect/clock.js';
import { throwLater } from '../../../core/throw-later.js';
import type { ViewedMonitor } from '../../reconnect/path-view.js';
import { type ReconnectSignalSource, reconnectSignals } from '../../reconnect/reconnect-signals.js';
import type { ResolverMonitor } from '../../resolver/resolver-monitor.js';
import type { OnLineOverride } from '../on-line/on-line-override.js';
import { closePools, forgetNetwork } from './forget-network.js';
import type { KnownSessions } from './known-sessions.js';
import { resumeDownloads } from './resume-downloads.js';
import type { SessionPolicy } from './session-policy.js';

/** What {@link guardSessions} needs from around it. */
export interface GuardSessionsContext {
  readonly sessions: KnownSessions;
  /** May throw. */
  readonly policyOf: (session: Session) => Required<SessionPolicy>;
  readonly monitor: ViewedMonitor;
  readonly resolver: Pick<ResolverMonitor, 'on' | 'off'>;
  readonly onLine: OnLineOverride;
  /** What downloads wait for: behind a portal, its page would be taken for the rest of a file. */
  readonly waitFor: 'path' | 'online';
  /** Whether dead connections of Chromium's are ended one by one now. */
  readonly isHealingPrecise: () => boolean;
  readonly clock: Clock;
  /** 0 to 1. */
  readonly random: () => number;
}

/**
 * Does in each session what its policy says, when the network or the resolver changed. Returns what ends that. Throws what
 * the policy of a session throws that is there already.
 */
export function guardSessions(context: GuardSessionsContext): () => void {
  const { sessions, policyOf, monitor, resolver, onLine, isHealingPrecise, clock, random } = context;
  const guarded = new Map<Session, Required<SessionPolicy>>();
  const releases: (() => void)[] = [];
  const networkTo = (address: string | null): ReconnectSignalSource =>
    reconnectSignals(monitor, null, {
      clock,
      random,
      ...(address === null ? { waitFor: context.waitFor } : { destination: address }),
    });
  const resolved = (): void => {
    for (const [session, policy] of guarded) void forgetNetwork(session, policy);
  };
  const changed = ({ generationChanged, previous, next }: NetworkChange): void => {
    // Many a portal answers for every name with its own address.
    const isPortalGone = previous.status === 'portal' && next.status !== 'portal';
    if (generationChanged || isPortalGone) resolved();
    if (!generationChanged || isHealingPrecise()) return;
    for (const [session, policy] of guarded) throwLater(() => closePools(session, policy));
  };
  monitor.on('change', changed);
  resolver.on('dns', resolved);
  const stop = (): void => {
    monitor.off('change', changed);
    resolver.off('dns', resolved);
    sessions[Symbol.dispose]();
    onLine.close();
    for (const release of releases.splice(0)) release();
  };
  try {
    sessions.follow((session) => {
      const policy = policyOf(session);
      if (policy.overrideOnLine) onLine.add(session);
      if (policy.resumeDownloads) releases.push(resumeDownloads(session, { networkTo, clock, random }));
      guarded.set(session, policy);
    });
  } catch (error) {
    stop();
    throw error;
  }
  return stop;
}
