// The real Electron that the project's scripts prepare, on a display, with its sandbox on.

/** What is used of scripts/, which is plain JavaScript. */
interface Scripts {
  readonly 'electron-runtime.mjs': { ensureElectron(): Promise<{ readonly executable: string }> };
  readonly 'system-packages.mjs': {
    ensureCommands(commands: readonly string[]): Promise<void>;
    ensureElectronLibraries(executable: string): Promise<void>;
  };
  readonly 'sandboxed-electron.mjs': {
    sandboxedElectron(executable: string): { readonly executable: string; remove(): void };
  };
  readonly 'virtual-display.mjs': {
    openDisplay(): Promise<{ readonly env: Readonly<Record<string, string>>; stop(): void }>;
  };
}

async function script<K extends keyof Scripts>(name: K): Promise<Scripts[K]> {
  return (await import(new URL(`../../scripts/${name}`, import.meta.url).href)) as Scripts[K];
}

/** An Electron to spawn. */
export interface ReadyElectron extends Disposable {
  readonly executable: string;
  /** What it needs in its environment to find the display. */
  readonly env: Readonly<Record<string, string>>;
}

/** Prepares Electron, what it needs from the system, and a display. */
export async function readyElectron(): Promise<ReadyElectron> {
  const { ensureElectron } = await script('electron-runtime.mjs');
  const { ensureCommands, ensureElectronLibraries } = await script('system-packages.mjs');
  const { sandboxedElectron } = await script('sandboxed-electron.mjs');
  const { openDisplay } = await script('virtual-display.mjs');
  const { executable } = await ensureElectron();
  await ensureElectronLibraries(executable);
  await ensureCommands(['Xvfb']);
  const display = await openDisplay();
  const sandboxed = sandboxedElectron(executable);
  return {
    executable: sandboxed.executable,
    env: display.env,
    [Symbol.dispose]: () => {
      sandboxed.remove();
      display.stop();
    },
  };
}
