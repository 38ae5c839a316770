import { existsSync } from 'node:fs';
import type { Session } from 'electron';
import { invalidArgument } from '../../core/errors.js';
import { isSignInSession } from './portal-window/sign-in-sessions.js';

/**
 * Has the pages of sessions run a preload script of roamkit's, those loaded from then on. A sign-in window's session, whoever
 * asks for it, gets none.
 */
export class PreloadInjection implements Disposable {
  readonly #file: string;
  readonly #takeBacks = new Map<Session, () => void>();

  /** Throws `ERR_ROAMKIT_INVALID_ARGUMENT`, naming `option`, where there is no such file. */
  constructor(file: string, option = 'injectPreload') {
    if (!existsSync(file)) {
      throw invalidArgument(
        option,
        `roamkit's preload script is not at ${file}. If the main process is bundled, keep 'roamkit' out of the bundle ` +
          `(external), or use startRoamkit({ injectPreload: false }) and call exposeRoamkit() of 'roamkit/preload' in ` +
          'your own preload script',
      );
    }
    this.#file = file;
  }

  /** Once for each session, however often it is called. */
  add(session: Session): void {
    if (this.has(session) || isSignInSession(session)) return;
    this.#takeBacks.set(session, injectInto(session, this.#file));
  }

  has(session: Session): boolean {
    return this.#takeBacks.has(session);
  }

  /** Takes the script back, for pages loaded from then on. */
  [Symbol.dispose](): void {
    for (const takeBack of this.#takeBacks.values()) takeBack();
    this.#takeBacks.clear();
  }
}

function injectInto(session: Session, file: string): () => void {
  // Electron 35 and newer.
  if (typeof session.registerPreloadScript === 'function') {
    const id = session.registerPreloadScript({ type: 'frame', filePath: file });
    return () => {
      // Electron throws for one that somebody else has taken out.
      if (session.getPreloadScripts().some((script) => script.id === id)) session.unregisterPreloadScript(id);
    };
  }
  const preloads = session.getPreloads();
  // Whoever put it there takes it back.
  if (preloads.includes(file)) return () => {};
  session.setPreloads([...preloads, file]);
  return () => session.setPreloads(session.getPreloads().filter((preload) => preload !== file));
}
