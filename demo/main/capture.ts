import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type BrowserWindow, nativeTheme } from 'electron';
import type { Shot } from '../shared/driver-messages.js';

// Layout, fonts and the fade of a changed row; two frames are not enough for the last.
const SETTLE_MS = 350;

/** Takes screenshots of the window, one after the other, and gives it back its size and theme. */
export async function capture(window: BrowserWindow, shots: readonly Shot[]): Promise<void> {
  const [width = 1280, height = 800] = window.getContentSize();
  const theme = nativeTheme.themeSource;
  try {
    for (const shot of shots) {
      nativeTheme.themeSource = shot.theme;
      window.setContentSize(shot.width, shot.height);
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
      const image = await window.webContents.capturePage();
      await mkdir(path.dirname(shot.file), { recursive: true });
      await writeFile(shot.file, image.toPNG());
    }
  } finally {
    nativeTheme.themeSource = theme;
    window.setContentSize(width, height);
  }
}
