import type { ChromiumAccess } from './chromium-access.js';

/** Looks after Chromium's own connections; see docs/chromium.md. */
export interface ChromiumGuard {
  /** What can be done about them here, as far as it has shown. */
  readonly access: ChromiumAccess;
  /**
   * Brings the registry's connections with owner `chromium` up to date; otherwise that happens when the network changes.
   * Resolves once all that were open at the time of the call are in it; never rejects.
   */
  inventory(): Promise<void>;
  /** Leaves Chromium's connections to themselves. Idempotent. */
  close(): void;
}

/** Where nothing can be done, or nothing is to be done. */
export function noGuard(healing: 'coarse' | 'none', reason: string): ChromiumGuard {
  return { access: Object.freeze({ healing, reason }), inventory: () => Promise.resolve(), close: () => {} };
}
