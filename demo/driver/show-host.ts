import { setTimeout as delay } from 'node:timers/promises';
import type { Application } from './application.js';
import type { Camera } from './camera.js';

// Long enough for connections to open and for the seconds in the table to move.
const LIVE_MS = 3000;

/** Shows this computer's own network: for screenshots where there is a camera, else until the window is closed. */
export async function showHost(
  application: Application,
  camera: Camera | null,
  signal: AbortSignal,
): Promise<void> {
  if (camera === null) {
    await application.ended();
    return;
  }
  await delay(LIVE_MS, undefined, { signal });
  await camera.shoot(application, 'host');
}
