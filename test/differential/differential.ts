import type { Difference } from '../fixtures/kernel-comparison.js';
import { burst } from './operations.js';
import { Random } from './random.js';
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

/** How the monitor fares meanwhile: two of three seeds lose messages, in ways that happen to real applications. */
const CONDITIONS = [
  { receiveBufferBytes: undefined, isStopped: false },
  { receiveBufferBytes: TINY_BUFFER_BYTES, isStopped: false },
  { receiveBufferBytes: TINY_BUFFER_BYTES, isStopped: true },
] as const;

/** A seed that showed a difference, and the fewest commands found that still do. */
export interface Failure {
  readonly seed: number;
  readonly commands: readonly string[];
  readonly differences: readonly Difference[];
}

/** Lives through one seed's operations and compares after each burst; `null` where mirror and kernel agreed all along. */
export async function trySeed(seed: number, effort: Effort, tally: Tally): Promise<Failure | null> {
  const { receiveBufferBytes, isStopped } = CONDITIONS[seed % CONDITIONS.length] ?? CONDITIONS[0];
  await using world = await World.create(receiveBufferBytes);
  const random = new Random(seed);
  const commands: string[] = [];
  for (let index = 0; index < effort.burstsPerSeed; index++) {
    const lines = burst(random, effort.operationsPerBurst);
    commands.push(...lines);
    await world.run(lines, isStopped);
    const differences = await compare(world, random, effort.lookupsPerBurst);
    tally.operations += lines.length;
    tally.lookups += effort.lookupsPerBurst;
    if (differences.length > 0) return { seed, ...(await explain(commands, differences)) };
  }
  tally.auditCorrections += world.stats.auditCorrections;
  tally.overruns += world.stats.overruns;
  return null;
}

async function compare(world: World, random: Random, lookups: number): Promise<Difference[]> {
  return [...(await world.compareWithDump()), ...world.compareLookups(random, lookups)];
}

// The same questions each time, many of them: a shrunk list has to fail in the same way.
async function explain(
  commands: readonly string[],
  differences: readonly Difference[],
): Promise<Omit<Failure, 'seed'>> {
  let last = differences;
  const fewest = await shrink(commands, async (candidate) => {
    await using world = await World.create();
    await world.run(candidate);
    const found = await compare(world, new Random(1), 1000);
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
