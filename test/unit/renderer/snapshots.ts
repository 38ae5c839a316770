import type { ConnectivitySnapshot } from '../../../ipc/snapshot.js';
import { snapshotFields } from '../../../main/electron/snapshot-source.js';
import { CAPABILITIES, SETTINGS, stateWith, WIFI } from '../support/network-states.js';

/** A snapshot in which `generation` tells which one it is. */
export function snapshot(seq: number, generation = seq): ConnectivitySnapshot {
  return { seq, ...snapshotFields(stateWith(WIFI, generation), CAPABILITIES, SETTINGS) };
}
