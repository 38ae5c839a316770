import type { Session } from 'electron';
import type { NetworkChange } from '../../../core/network-diff.js';
import type { Clock } from '../../../core/reconnect/clock.js';
import { throwLater } from '../../../core/throw-later.js';
import type { ViewedMonitor } from '../../reconnect/path-view.js';
import { type ReconnectSignalSource, reconnectSignals } from '../../reconnect/reconnect-signals.js';
import type { ResolverMonitor } from '../../resolver/resolver-monitor.js';
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
  /** Whether dead connections of Chromium's are ended one by one now. */
  readonly isHealingPrecise: () => boolean;
  readonly clock: Clock;
  /** 0 to 1. */
  readonly random: () => number;
}

/** Does in each session what its policy says, when the network or the resolver changed. Returns what ends that. */
export function guardSessions(context: GuardSessionsContext): () => void {
  const { sessions, policyOf, monitor, resolver, isHealingPrecise, clock, random } = context;
  const guarded = new Map<Session, Required<SessionPolicy>>();
  const releases: (() => void)[] = [];
  const networkTo = (address: string | null): ReconnectSignalSource =>
    reconnectSignals(monitor, null, { clock, random, ...(address === null ? {} : { destination: address }) });
  sessions.follow((session) =>
    // The policy is the application's code.
    throwLater(() => {
      const policy = policyOf(session);
      guarded.set(session, policy);
      if (!policy.resumeDownloads) return;
      releases.push(resumeDownloads(session, { networkTo, clock, random }));
    }),
  );
  const resolved = (): void => {
    for (const [session, policy] of guarded) void forgetNetwork(session, policy);
  };
  const changed = ({ generationChanged }: NetworkChange): void => {
    if (!generationChanged) return;
    resolved();
    if (isHealingPrecise()) return;
    for (const [session, policy] of guarded) throwLater(() => closePools(session, policy));
  };
  monitor.on('change', changed);
  resolver.on('dns', resolved);
  return () => {
    monitor.off('change', changed);
    resolver.off('dns', resolved);
    sessions[Symbol.dispose]();
    for (const release of releases.splice(0)) release();
  };
}
