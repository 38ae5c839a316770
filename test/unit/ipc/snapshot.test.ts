import { expect, it } from 'vitest';
import { changedFields } from '../../../ipc/snapshot.js';
import { snapshotFields } from '../../../main/electron/snapshot-source.js';
import { CAPABILITIES, ETHERNET, SETTINGS, stateWith, WIFI } from '../support/network-states.js';

const fields = (...args: Parameters<typeof stateWith>) =>
  snapshotFields(stateWith(...args), CAPABILITIES, SETTINGS);

it('finds no difference between equal contents', () => {
  expect(changedFields(fields(WIFI, 1), fields(WIFI, 1, 99))).toBeNull();
});

it('names only the fields that differ', () => {
  const changed = changedFields(fields(WIFI, 1), fields(ETHERNET, 2));
  expect(Object.keys(changed ?? {}).sort()).toEqual(['defaultPaths', 'generation', 'links']);
});

it('gives the next snapshot when it is put over the previous one', () => {
  const [previous, next] = [fields(WIFI, 1), fields(null, 2)];
  expect({ ...previous, ...changedFields(previous, next) }).toEqual(next);
});
