import type { Difference } from '../fixtures/kernel-comparison.js';
import { Random } from '../fixtures/random.js';
import { burst, ignoresLinkdown } from './operations.js';
import { shrink } from './shrink.js';
import { World } from './world.js';

// A few messages fill it.
const TINY_BUFFER_BYTES = 4096;

/** How much to try. */
export interface Effort {
  readonly burstsPerSeed: number;
  readonly operationsPerBurst: number;
  readonly lookupsPerBurst: number;
}

/** What was tried, over all seeds. */
export interface Tally {
  operations: number;
  lookups: number;
  auditCorrections: number;
  overruns: number;
}

/** How the monitor fares meanwhile. */
interface Conditions {
  readonly receiveBufferBytes: number | undefined;
  readonly isStopped: boolean;
}

// Two of three seeds lose messages, in ways that happen to real applications.
const CONDITIONS: readonly [Conditions, ...Conditions[]] = [
  { receiveBufferBytes: undefined, isStopped: false },
  { receiveBufferBytes: TINY_BUFFER_BYTES, isStopped: false },
  { receiveBufferBytes: TINY_BUFFER_BYTES, isStopped: true },
];

/** A seed that showed a difference, and the fewest commands found that still do. */
export interface Failure {
  readonly seed: number;
  readonly commands: readonly string[];
  readonly differences: readonly Difference[];
}

/** Lives through one seed's operations and compares after each burst; `null` where mirror and kernel agreed all along. */
export async function trySeed(seed: number, effort: Effort, tally: Tally): Promise<Failure | null> {
  const { receiveBufferBytes, isStopped } = CONDITIONS[seed % CONDITIONS.length] ?? CONDITIONS[0];
  const passesByLinkdown = ignoresLinkdown(seed);
  await using world = await World.create(passesByLinkdown, receiveBufferBytes);
  const random = new Random(seed);
  const commands: string[] = [];
  for (let index = 0; index < effort.burstsPerSeed; index++) {
    const lines = burst(random, effort.operationsPerBurst, seed);
    commands.push(...lines);
    await world.run(lines, isStopped);
    const differences = await lastingDifferences(world, random.below(2 ** 31), effort.lookupsPerBurst);
    tally.operations += lines.length;
    tally.lookups += effort.lookupsPerBurst;
    if (differences.length > 0) {
      const conditions = { receiveBufferBytes, isStopped, passesByLinkdown };
      return { seed, ...(await explain(commands, differences, conditions)) };
    }
  }
  tally.auditCorrections += world.stats.auditCorrections;
  tally.overruns += world.stats.overruns;
  return null;
}

// The kernel does some things later by itself, and shows them before it tells them: an IPv6 address that was added is
// in dumps at once, while RTM_NEWADDR waits for a worker (addrconf_dad_work).
async function lastingDifferences(world: World, seed: number, lookups: number): Promise<Difference[]> {
  const deadline = performance.now() + 2000;
  for (;;) {
    const differences = [
      ...(await world.compareWithDump()),
      ...world.compareLookups(new Random(seed), lookups),
    ];
    if (differences.length === 0 || performance.now() > deadline) return differences;
  }
}

// The same questions each time, many of them: a shrunk list has to fail in the same way.
async function explain(
  commands: readonly string[],
  differences: readonly Difference[],
  { receiveBufferBytes, isStopped, passesByLinkdown }: Conditions & { readonly passesByLinkdown: boolean },
): Promise<Omit<Failure, 'seed'>> {
  let last = differences;
  const fewest = await shrink(commands, async (candidate) => {
    await using world = await World.create(passesByLinkdown, receiveBufferBytes);
    await world.run(candidate, isStopped);
    const found = await lastingDifferences(world, 1, 1000);
    const isSameKind = found.some(({ what }) =>
      differences.some((other) => kindOf(other.what) === kindOf(what)),
    );
    if (isSameKind) last = found;
    return isSameKind;
  });
  return { commands: fewest, differences: last };
}

function kindOf(what: string): string {
  return what.split(' ')[0] ?? what;
}

/** A failure in words, for a person who wants to see it happen. */
export function failureText({ seed, commands, differences }: Failure): string {
  const shown = differences.slice(0, 5).map((difference) => JSON.stringify(difference, null, 2));
  return [`seed ${seed}:`, ...commands.map((line) => `  ip ${line}`), ...shown].join('\n');
}
