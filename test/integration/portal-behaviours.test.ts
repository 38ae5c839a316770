import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PortalDetectorState } from '../../main/index.js';
import type { PortalBehaviour } from '../../testing/index.js';
import type { LabDetector } from '../fixtures/detector.js';
import { PORTAL_CASES, type PortalCase, PROBE, PUBLIC_NAMES } from '../fixtures/portal-cases.js';
import { NAME_SERVER, PortalLab } from '../fixtures/portal-lab.js';
import type { PortalWorld, WorldRule } from '../fixtures/portal-world.js';
import { Random } from '../fixtures/random.js';

// Each network over several seeds, which delay its answers by chance (npm run test:portals: 20 seeds). Whatever the delays, no
// moment may show a family `online` or behind a `portal` that is not.

const SEEDS = Number(process.env['ROAMKIT_PORTAL_SEEDS'] ?? 2);
const LONGEST_DELAY_MS = 120;

let lab: PortalLab;
let world: PortalWorld;
let detector: LabDetector;
beforeAll(async () => {
  lab = await PortalLab.create();
  ({ world, detector } = lab);
});
afterAll(() => lab[Symbol.asyncDispose]());

function delayed(network: PortalCase['network'], random: Random): readonly WorldRule[] {
  const late = (behaviour: PortalBehaviour): PortalBehaviour =>
    behaviour.kind === 'answer' || behaviour.kind === 'reset'
      ? { ...behaviour, delayMs: random.below(LONGEST_DELAY_MS) }
      : behaviour;
  const rules: readonly WorldRule[] = 'kind' in network ? [{ behaviour: network }] : network;
  const open: WorldRule = { behaviour: { kind: 'answer', status: 204 } };
  // Each family its own delay, so that sometimes the one and sometimes the other is first.
  return [...rules, open].flatMap(({ behaviour, ...rule }) =>
    ([4, 6] as const)
      .filter((family) => (rule.family ?? family) === family)
      .map((family) => ({ ...rule, family, behaviour: late(behaviour) })),
  );
}

async function look({ network, names, endpoints, timeoutMs }: PortalCase, seed: number) {
  await world.behave(delayed(network, new Random(seed)), names ?? PUBLIC_NAMES);
  await detector.look(
    { endpoints: endpoints ?? [{ url: PROBE }], timeoutMs: timeoutMs ?? 3000 },
    NAME_SERVER,
  );
  const { state } = await detector.next('looked');
  return state;
}

const CLAIMS = ['online', 'portal'];

function expectNoWrongClaim(expected: PortalDetectorState['families']): void {
  for (const { state, network } of detector.reports('state')) {
    for (const family of [4, 6] as const) {
      for (const status of [state.families[family], network.families[family]]) {
        if (CLAIMS.includes(status)) expect({ family, status }).toEqual({ family, status: expected[family] });
      }
    }
    // No better than the better of both, at any moment.
    if (CLAIMS.includes(state.status)) expect(Object.values(state.families)).toContain(state.status);
    expect(network.validated).toBe(CLAIMS.includes(network.status));
  }
}

describe.each(Array.from({ length: SEEDS }, (_, index) => index + 1))('with seed %i', (seed) => {
  it.each(PORTAL_CASES.map((row) => [row.name, row.is, row] as const))('%s: %s', async (_name, _is, row) => {
    const families = row.families ?? { 4: row.is, 6: row.is };
    const state = await look(row, seed);
    expect(state).toMatchObject({ status: row.is, families });
    expectNoWrongClaim(families);
    if (row.foundBy === undefined) expect(state.portal).toBeNull();
    else {
      const { host } = new URL(row.url ?? '');
      expect(state.portal).toMatchObject({ isCaptive: true, foundBy: row.foundBy, url: row.url, host });
    }
    const attempts = detector.reports('attempt').map(({ attempt }) => attempt);
    expect(attempts.some(({ isTlsIntercepted }) => isTlsIntercepted)).toBe(row.isTlsIntercepted === true);
    const last = detector.reports('state').at(-1);
    expect(last?.network.status).toBe(row.is);
  });
});
