import { NetworkMonitor } from '../../main/index.js';
import {
  type Difference,
  differenceOfAnswers,
  differencesFromFreshDump,
} from '../fixtures/kernel-comparison.js';
import type { Random } from '../fixtures/random.js';
import { type Host, Lab } from '../lab/index.js';
import { ELSEWHERE, LINKS, question } from './operations.js';

// In no rule, so that it touches nothing.
const MARKER_TABLE = 9999;

/** A namespace of its own with a monitor that has lived through all that happened in it. */
export class World implements AsyncDisposable {
  private constructor(
    private readonly lab: Lab,
    private readonly host: Host,
    private readonly elsewhere: Host,
    private readonly monitor: NetworkMonitor,
    private readonly ifindexes: readonly [number, ...number[]],
  ) {}

  /** @param passesByLinkdown whether the kernel passes by routes whose link has no carrier */
  static async create(passesByLinkdown: boolean, receiveBufferBytes?: number): Promise<World> {
    const lab = await Lab.create();
    const host = await lab.host('world');
    const elsewhere = await lab.host('elsewhere');
    // Not one of the operations: set while a leg has no carrier, it counts only from the next change of a link on.
    const links = ['ipv4.conf.all', 'ipv6.conf.all', 'ipv6.conf.default'];
    for (const scope of links) {
      await host.sysctl(`net.${scope}.ignore_routes_with_linkdown`, passesByLinkdown ? 1 : 0);
    }
    await host.ip(
      LINKS.flatMap((link, index) => [
        `link add ${link} index ${100 + index} type veth peer name ${link.replace('0', '1')} index ${200 + index}`,
        `link set ${link} up`,
        `link set ${link.replace('0', '1')} up`,
      ]),
    );
    await host.ip([
      'addr add 192.0.2.1/24 dev v0',
      'addr add 198.51.100.1/24 dev w0',
      'addr add 100.64.0.1/24 dev x0',
    ]);
    const monitor = await NetworkMonitor.start({
      netns: host.netns,
      ...(receiveBufferBytes === undefined ? {} : { receiveBufferBytes }),
    });
    return new World(lab, host, elsewhere, monitor, [100, 101, 102]);
  }

  get stats(): NetworkMonitor['stats'] {
    return this.monitor.stats;
  }

  /** @param isStopped whether this very process, the monitor's thread included, stands still meanwhile */
  async run(commands: readonly string[], isStopped = false): Promise<void> {
    for (const { kind, lines } of runsOf(commands)) {
      if (kind === 'sysctl') {
        for (const line of lines) await this.#sysctl(line);
        continue;
      }
      const ip = ['ip', ...(kind === 'six' ? ['-6'] : []), '-force', '-batch', '-'];
      const [command, ...args] = isStopped ? ['sh', '-c', whileStopped(ip)] : ip;
      const input = lines.join('\n').replaceAll(ELSEWHERE, String(this.elsewhere.netnsPid));
      await this.host.exec(command ?? 'ip', args, { input: `${input}\n`, allowFailure: true });
    }
    await this.#settle();
  }

  async #sysctl(line: string): Promise<void> {
    const [key = '', value = ''] = line.split('=');
    // That of a link that is not there, or has another name now.
    await this.host.sysctl(key, value).catch(() => {});
  }

  /** Waits until the monitor has seen what came last. */
  async #settle(): Promise<void> {
    const seen = (marker: string): Promise<void> =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`${marker} was never seen`)), 20_000);
        const look = (): void => {
          if (
            [...this.monitor.routes({ table: MARKER_TABLE, family: 4 })].some((route) => route.dst === marker)
          ) {
            clearTimeout(timer);
            this.monitor.off('batch', look);
            resolve();
          }
        };
        this.monitor.on('batch', look);
        look();
      });
    await this.host.ip([`route add blackhole 192.0.0.9/32 table ${MARKER_TABLE}`]);
    await seen('192.0.0.9/32');
    await this.host.ip([`route del blackhole 192.0.0.9/32 table ${MARKER_TABLE}`]);
  }

  /** Whether the mirror equals what a new monitor reads in fresh dumps. */
  compareWithDump(): Promise<Difference[]> {
    return differencesFromFreshDump(this.monitor, this.host.netns, { ignoredTable: MARKER_TABLE });
  }

  /** Asks both the same questions. */
  compareLookups(random: Random, count: number): Difference[] {
    const differences: Difference[] = [];
    for (let index = 0; index < count; index++) {
      const { destination, ...options } = question(random, this.ifindexes);
      const difference = differenceOfAnswers(this.monitor, destination, options);
      if (difference !== null) differences.push(difference);
    }
    return differences;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.monitor.close();
    await this.lab.close();
  }
}

/** Has read its input before this process stands still, and cannot leave it so. */
function whileStopped(command: readonly string[]): string {
  const { pid } = process;
  return `input=$(cat); trap 'kill -CONT ${pid}' EXIT; kill -STOP ${pid}; echo "$input" | timeout 10 ${command.join(' ')}`;
}

interface Run {
  readonly kind: 'ip' | 'six' | 'sysctl';
  readonly lines: string[];
}

/** A batch line cannot switch the family: a run of lines of one kind is a batch. */
function runsOf(commands: readonly string[]): readonly Run[] {
  const runs: Run[] = [];
  for (const command of commands) {
    const [, mark] = /^(-6|sysctl) /.exec(command) ?? [];
    const kind = mark === undefined ? 'ip' : mark === 'sysctl' ? 'sysctl' : 'six';
    const line = mark === undefined ? command : command.slice(mark.length + 1);
    const last = runs.at(-1);
    if (last?.kind === kind) last.lines.push(line);
    else runs.push({ kind, lines: [line] });
  }
  return runs;
}
