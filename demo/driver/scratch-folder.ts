import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A folder for what Chromium keeps. */
export interface ScratchFolder extends AsyncDisposable {
  readonly path: string;
}

export async function makeScratchFolder(): Promise<ScratchFolder> {
  const folder = await mkdtemp(path.join(tmpdir(), 'roamkit-demo-'));
  return {
    path: folder,
    // Chromium's last process may still be writing.
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }),
  };
}
