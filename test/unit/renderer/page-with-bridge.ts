import { BRIDGE_KEY } from '../../../ipc/bridge.js';
import { getRoamkit } from '../../../renderer/get-roamkit.js';
import { FakeBridge } from './fake-bridge.js';
import { snapshot } from './snapshots.js';

/** Gives this page a bridge and its client a first snapshot: the client is the one that `getRoamkit()` finds. */
export async function pageWithBridge(): Promise<FakeBridge> {
  const main = new FakeBridge();
  Reflect.set(globalThis, BRIDGE_KEY, main.bridge);
  getRoamkit();
  await main.answerSnapshot('subscribe', snapshot(0));
  return main;
}

/** Takes it back: the next `getRoamkit()` makes another client. */
export function leavePage(): void {
  getRoamkit().close();
  Reflect.deleteProperty(globalThis, BRIDGE_KEY);
}
