import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/**
 * An executable that starts Electron as an ordinary user. Chromium refuses to sandbox itself for root; in a user
 * namespace of its own, root's Electron is an ordinary user, keeps the rights on its files, and is sandboxed.
 *
 * @param {string} executable Electron's
 * @returns {{ executable: string, remove: () => void }}
 */
export function sandboxedElectron(executable) {
  const folder = mkdtempSync(path.join(tmpdir(), 'roamkit-electron-'));
  const wrapper = path.join(folder, 'electron');
  writeFileSync(
    wrapper,
    `#!/bin/sh\nexec unshare --user --map-user=1000 --map-group=1000 '${executable}' "$@"\n`,
  );
  chmodSync(wrapper, 0o755);
  return { executable: wrapper, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
