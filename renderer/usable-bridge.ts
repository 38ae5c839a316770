import type { RoamkitBridge } from '../ipc/bridge.js';
import { CONTRACT_VERSION } from '../ipc/contract-version.js';
import { IpcRefusedError } from '../ipc/refused-error.js';

/** A bridge that this page can use; else why not, and the refusal where there is one to refuse. */
export type BridgeSearch =
  | { readonly bridge: RoamkitBridge }
  | { readonly bridge: undefined; readonly why: string; readonly refusal: IpcRefusedError | null };

/** Looks at what is where the preload puts the bridge: nothing, the bridge of another version, or one to use. */
export function usableBridge(candidate: RoamkitBridge | undefined): BridgeSearch {
  // Without a preload anybody may have put anything there.
  if (typeof candidate?.version !== 'function') {
    const why = 'there is no bridge to roamkit: this is no Electron page, or it has no roamkit preload';
    return { bridge: undefined, why, refusal: null };
  }
  const version = candidate.version();
  if (version === CONTRACT_VERSION) return { bridge: candidate };
  const why = `this page has roamkit ${CONTRACT_VERSION}, its preload script ${version}: use the same in both`;
  return { bridge: undefined, why, refusal: new IpcRefusedError('version', why) };
}
