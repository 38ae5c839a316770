import type { Session } from 'electron';
import { throwLater } from '../../../core/throw-later.js';

/** What is used of Electron to find its sessions. */
export interface SessionSources {
  readonly app: {
    on(event: 'session-created', listener: (session: Session) => void): unknown;
    off(event: 'session-created', listener: (session: Session) => void): unknown;
  };
  /** `defaultSession` throws before the application is ready. */
  readonly session: { readonly defaultSession: Session };
  readonly webContents: { getAllWebContents(): readonly { readonly session: Session }[] };
}

/**
 * Electron's sessions: each that is created from now on, the default one, and those with pages. A partition that was made
 * earlier and has no page cannot be found: it has to be added.
 */
export class KnownSessions implements Disposable {
  readonly #sources: SessionSources;
  // Sessions live as long as the application: none has to be let go.
  readonly #sessions = new Set<Session>();
  // What is done with it may be the application's code.
  readonly #onCreated = (session: Session): void => throwLater(() => this.add(session));
  #seen: (session: Session) => void = () => {};

  constructor(sources: SessionSources) {
    this.#sources = sources;
    sources.app.on('session-created', this.#onCreated);
  }

  add(session: Session): void {
    if (this.#sessions.has(session)) return;
    this.#sessions.add(session);
    this.#seen(session);
  }

  /** Calls `seen` once with each session, those there are and those to come. The application has to be ready. */
  follow(seen: (session: Session) => void): void {
    this.#seen = seen;
    for (const session of this.#sessions) seen(session);
    const { session, webContents } = this.#sources;
    this.add(session.defaultSession);
    for (const contents of webContents.getAllWebContents()) this.add(contents.session);
  }

  [Symbol.dispose](): void {
    this.#seen = () => {};
    this.#sources.app.off('session-created', this.#onCreated);
  }
}
