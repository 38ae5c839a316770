import type { Session } from 'electron';
import { throwLater } from '../../../core/throw-later.js';

/** What has pages and a session. */
interface Contents {
  readonly session: Session;
}

/** What is used of Electron to find its sessions. */
export interface SessionSources {
  readonly app: {
    on(event: 'session-created', listener: (session: Session) => void): unknown;
    on(event: 'web-contents-created', listener: (event: unknown, contents: Contents) => void): unknown;
    off(event: 'session-created', listener: (session: Session) => void): unknown;
    off(event: 'web-contents-created', listener: (event: unknown, contents: Contents) => void): unknown;
  };
  /** `defaultSession` throws before the application is ready. */
  readonly session: { readonly defaultSession: Session };
  readonly webContents: { getAllWebContents(): readonly Contents[] };
}

/**
 * Electron's sessions: each that is created from now on, the default one, and those with pages. A partition that was made
 * earlier and has no page yet is found with its first one, or has to be added.
 */
export class KnownSessions implements Disposable {
  readonly #sources: SessionSources;
  // Sessions live as long as the application: none has to be let go.
  readonly #sessions = new Set<Session>();
  readonly #followers = new Set<(session: Session) => void>();
  readonly #onCreated = (session: Session): void => this.add(session);
  readonly #onContents = (_event: unknown, contents: Contents): void => this.add(contents.session);

  constructor(sources: SessionSources) {
    this.#sources = sources;
    sources.app.on('session-created', this.#onCreated);
    sources.app.on('web-contents-created', this.#onContents);
  }

  add(session: Session): void {
    if (this.#sessions.has(session)) return;
    this.#sessions.add(session);
    // What is done with it may be the application's code.
    for (const seen of this.#followers) throwLater(() => seen(session));
  }

  /**
   * Calls `seen` once with each session, those there are and those to come. The application has to be ready. Throws what `seen`
   * throws of one that is there, and does not follow then.
   */
  follow(seen: (session: Session) => void): void {
    const { session, webContents } = this.#sources;
    this.add(session.defaultSession);
    for (const contents of webContents.getAllWebContents()) this.add(contents.session);
    for (const each of this.#sessions) seen(each);
    this.#followers.add(seen);
  }

  [Symbol.dispose](): void {
    this.#followers.clear();
    this.#sources.app.off('session-created', this.#onCreated);
    this.#sources.app.off('web-contents-created', this.#onContents);
  }
}
