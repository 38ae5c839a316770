import { contextBridge, ipcRenderer } from 'electron';
import { BRIDGE_KEY } from '../ipc/bridge.js';
import { createBridge } from './create-bridge.js';

// All preload scripts of a frame share one global object: this tells whether another copy was here first, injected
// into the session or imported by the application.
const EXPOSED = Symbol.for('roamkit.exposed');

/**
 * Gives the page its bridge to roamkit, which `roamkit/renderer` finds by itself. One line in an application's own
 * preload script; not needed where `startRoamkit` injects it into the session, and harmless if it is there twice.
 *
 * Without context isolation there is no safe way to do so: then the page gets none, says so in `capabilities`, and
 * the console has a warning.
 *
 * ```ts
 * import { exposeRoamkit } from 'roamkit/preload';
 * exposeRoamkit();
 * ```
 */
export function exposeRoamkit(): void {
  if (Reflect.has(globalThis, EXPOSED)) return;
  Reflect.set(globalThis, EXPOSED, true);
  if (!process.contextIsolated) {
    console.warn('roamkit: this window has contextIsolation off; it gets no bridge to roamkit.');
    return;
  }
  contextBridge.exposeInMainWorld(BRIDGE_KEY, createBridge(ipcRenderer, document));
}
