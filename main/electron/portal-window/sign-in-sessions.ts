import type { Session } from 'electron';

const sessions = new WeakSet<Session>();
let isMaking = false;

/** Has `make` make a session for a sign-in; returns it. */
export function makeSignInSession(make: () => Session): Session {
  isMaking = true;
  try {
    const session = make();
    sessions.add(session);
    return session;
  } finally {
    isMaking = false;
  }
}

/**
 * Whether a session is a sign-in window's: whoever is in charge of the network writes its pages, so that nothing of ours or
 * of the application's belongs into it. `session-created` is emitted before the session is handed to who made it, and counts.
 */
export function isSignInSession(session: Session): boolean {
  return isMaking || sessions.has(session);
}
