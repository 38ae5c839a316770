import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { DetectorStatus } from '../../main/index.js';
import { openNetwork, type PortalBehaviour, redirectTo } from '../../testing/index.js';
import { PROBE, PUBLIC_NAMES } from '../fixtures/portal-cases.js';
import { NAME_SERVER, PortalLab } from '../fixtures/portal-lab.js';
import type { WorldRule } from '../fixtures/portal-world.js';
import { Random } from '../fixtures/random.js';
import { bestDefaultRemoved, waitFor } from '../lab/index.js';

// Networks that change while they are probed, over several seeds (npm run test:portals: 20 seeds), which choose how late each answer
// is and when the change comes: before the probes, between them and their answers, after them. No family may ever be `online` or behind a
// `portal` that is not there, or that belongs to a path that was left.

const SEEDS = Number(process.env['ROAMKIT_PORTAL_SEEDS'] ?? 1);
const LONGEST_DELAY_MS = 120;
/** Some looks are over by then, and some have not begun to be answered. */
const LATEST_CHANGE_MS = 200;
const NEVER = { firstMs: 600_000, longestMs: 600_000, signInMs: 600_000 };
const OFTEN = { firstMs: 60, longestMs: 120, signInMs: 60 };
const FAMILIES = [4, 6] as const;
const CLAIMS: readonly string[] = ['online', 'portal'];

/** What a network does with probes, by what a detector has to make of it. */
const NETWORKS = {
  online: openNetwork,
  portal: redirectTo('http://portal.test/in'),
  limited: { kind: 'reset' },
} as const satisfies Partial<Record<DetectorStatus, PortalBehaviour>>;
type Truth = keyof typeof NETWORKS;

const SOURCES = {
  eth0: { 4: '198.51.100.1', 6: '2001:db8:2::1' },
  wlan0: { 4: '192.0.2.1', 6: '2001:db8:1::1' },
} as const;

let lab: PortalLab;
beforeAll(async () => {
  lab = await PortalLab.create();
});
// The next look is reported by nobody else.
afterEach(() => lab.detector.tell({ do: 'stop' }));
afterAll(() => lab[Symbol.asyncDispose]());

/** Each family's answers have a delay of their own. */
function late(truth: Truth, random: Random, link?: keyof typeof SOURCES): readonly WorldRule[] {
  return FAMILIES.map((family) => ({
    family,
    ...(link === undefined ? {} : { from: SOURCES[link][family] }),
    behaviour: { ...NETWORKS[truth], delayMs: random.below(LONGEST_DELAY_MS) },
  }));
}

async function begin(rules: readonly WorldRule[], recheck: typeof NEVER, random: Random): Promise<void> {
  await lab.world.behave(rules, PUBLIC_NAMES);
  await lab.detector.look({ endpoints: [{ url: PROBE }], recheck }, NAME_SERVER);
  await delay(random.below(LATEST_CHANGE_MS));
}

const reports = () => lab.detector.reports('state');

async function untilBothAre(truth: Truth): Promise<void> {
  const areThey = (): boolean =>
    FAMILIES.every((family) => reports().at(-1)?.state.families[family] === truth);
  await waitFor(areThey, { what: `both families to be ${truth}`, timeoutMs: 15_000 });
}

/** What was said of a family, repetitions left out. */
function claimsOf(family: 4 | 6): readonly string[] {
  return reports()
    .flatMap(({ state, network }) => [state.families[family], network.families[family]])
    .filter((status) => CLAIMS.includes(status))
    .filter((status, index, all) => status !== all[index - 1]);
}

/** First the one, if it was seen, then the other, and nothing after that. */
function expectOneChange(before: Truth, after: Truth): void {
  for (const family of FAMILIES) expect([[before, after], [after]]).toContainEqual(claimsOf(family));
}

describe.each(Array.from({ length: SEEDS }, (_, index) => index + 1))('with seed %i', (seed) => {
  it('a portal that appears later is found, and the network is online before that only', async () => {
    const random = new Random(seed);
    await begin(late('online', random), NEVER, random);
    await lab.world.behave(late('portal', random), PUBLIC_NAMES);
    await lab.detector.next('looked');
    // What a router does that wants to be asked again.
    const route = `10.99.${seed}.0/24 via 198.51.100.254`;
    await lab.net.client.ip(`route add ${route}`);
    await untilBothAre('portal');
    await lab.net.client.ip(`route del ${route}`);
    expectOneChange('online', 'portal');
  });

  it('a portal that ends is not seen any more once somebody was online', async () => {
    const random = new Random(seed);
    await begin(late('portal', random), OFTEN, random);
    await lab.world.behave(late('online', random), PUBLIC_NAMES);
    await untilBothAre('online');
    expectOneChange('portal', 'online');
  });

  it.each([
    ['online', 'portal'],
    ['portal', 'online'],
    ['limited', 'online'],
    ['limited', 'portal'],
    ['online', 'limited'],
    ['portal', 'limited'],
  ] as const)(
    'a switch from a network that is %s to one that is %s shows no answer of the wrong one',
    async (left, entered) => {
      const random = new Random(seed);
      await begin([...late(left, random, 'eth0'), ...late(entered, random, 'wlan0')], NEVER, random);
      const undo = await bestDefaultRemoved(lab.net.client);
      try {
        await untilBothAre(entered);
      } finally {
        await undo();
      }
      for (const { state, network, links } of reports()) {
        for (const family of FAMILIES) {
          const truth = links[family] === 'eth0' ? left : entered;
          for (const status of [state.families[family], network.families[family]]) {
            if (CLAIMS.includes(status)) expect({ family, status }).toEqual({ family, status: truth });
          }
        }
        if (CLAIMS.includes(state.status)) expect(Object.values(state.families)).toContain(state.status);
      }
    },
  );
});
