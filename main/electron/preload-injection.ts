import { existsSync } from 'node:fs';
import type { Session } from 'electron';
import { invalidArgument } from '../../core/errors.js';

/**
 * Has each page of `sessions` run the preload script `file` before its own. Returns what takes it back, for pages
 * loaded from then on.
 * @throws RoamkitError `ERR_ROAMKIT_INVALID_ARGUMENT` where there is no such file.
 */
export function injectPreload(
  sessions: readonly Session[],
  file: string,
  option = 'injectPreload',
): () => void {
  if (!existsSync(file)) {
    throw invalidArgument(
      option,
      `roamkit's preload script is not at ${file}. If the main process is bundled, keep 'roamkit' out of the bundle ` +
        `(external), or use startRoamkit({ injectPreload: false }) and call exposeRoamkit() of 'roamkit/preload' in ` +
        'your own preload script',
    );
  }
  const takeBacks = [...new Set(sessions)].map((session) => injectInto(session, file));
  return () => {
    for (const takeBack of takeBacks) takeBack();
  };
}

function injectInto(session: Session, file: string): () => void {
  // Electron 35 and newer.
  if (typeof session.registerPreloadScript === 'function') {
    const id = session.registerPreloadScript({ type: 'frame', filePath: file });
    return () => session.unregisterPreloadScript(id);
  }
  const preloads = session.getPreloads();
  // Whoever put it there takes it back.
  if (preloads.includes(file)) return () => {};
  session.setPreloads([...preloads, file]);
  return () => session.setPreloads(session.getPreloads().filter((preload) => preload !== file));
}
