import type { Lookup, Route } from '../../main/index.js';
import { NetworkMonitor } from '../../main/index.js';
import { type Host, Lab } from '../lab/index.js';
import { ELSEWHERE, LINKS, type Question, question } from './operations.js';
import type { Random } from './random.js';

/** What mirror and kernel say differently. */
export interface Difference {
  readonly what: string;
  readonly mirror: unknown;
  readonly kernel: unknown;
}

/** A namespace of its own with a monitor that has lived through all that happened in it. */
export class World implements AsyncDisposable {
  private constructor(
    private readonly lab: Lab,
    private readonly host: Host,
    private readonly elsewhere: Host,
    private readonly monitor: NetworkMonitor,
    private readonly ifindexes: readonly [number, ...number[]],
  ) {}

  static async create(receiveBufferBytes?: number): Promise<World> {
    const lab = await Lab.create();
    const host = await lab.host('world');
    const elsewhere = await lab.host('elsewhere');
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
          if ([...this.monitor.routes({ table: 9999, family: 4 })].some((route) => route.dst === marker)) {
            clearTimeout(timer);
            this.monitor.off('batch', look);
            resolve();
          }
        };
        this.monitor.on('batch', look);
        look();
      });
    await this.host.ip(['route add blackhole 192.0.0.9/32 table 9999']);
    await seen('192.0.0.9/32');
    await this.host.ip(['route del blackhole 192.0.0.9/32 table 9999']);
  }

  /** Whether the mirror equals what a new monitor reads in fresh dumps. */
  async compareWithDump(): Promise<Difference[]> {
    await using fresh = await NetworkMonitor.start({ netns: this.host.netns });
    const differences: Difference[] = [];
    const compare = (what: string, mirror: readonly string[], kernel: readonly string[]): void => {
      const [mine, theirs] = [mirror.toSorted(), kernel.toSorted()];
      if (JSON.stringify(mine) === JSON.stringify(theirs)) return;
      differences.push({
        what,
        mirror: mine.filter((line) => !theirs.includes(line)),
        kernel: theirs.filter((line) => !mine.includes(line)),
      });
    };
    const text = (items: readonly unknown[]): string[] => items.map((item) => JSON.stringify(item));
    compare('links', text(this.monitor.state.links), text(fresh.state.links));
    compare('addresses', text(this.monitor.state.addresses), text(fresh.state.addresses));
    compare('rules', text(this.monitor.state.rules), text(fresh.state.rules));
    compare('routes', routesOf(this.monitor), routesOf(fresh));
    return differences;
  }

  /** Asks both the same questions. */
  compareLookups(random: Random, count: number): Difference[] {
    const differences: Difference[] = [];
    for (let index = 0; index < count; index++) {
      const asked = question(random, this.ifindexes);
      const difference = this.#compareLookup(asked);
      if (difference !== null) differences.push(difference);
    }
    return differences;
  }

  #compareLookup(asked: Question): Difference | null {
    const { destination, ...options } = asked;
    const mirror = this.monitor.lookup(destination, options);
    const kernel = this.monitor.lookupKernel(destination, options);
    if (isSame(mirror, kernel, asked, this.monitor)) return null;
    return { what: `lookup ${JSON.stringify(asked)}`, mirror, kernel };
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

function routesOf(monitor: NetworkMonitor): string[] {
  return [...monitor.routes()]
    .filter((route) => route.table !== 9999)
    .map((route: Route) => JSON.stringify(route));
}

function isSame(mirror: Lookup, kernel: Lookup, asked: Question, monitor: NetworkMonitor): boolean {
  if (mirror.routable !== kernel.routable) return false;
  if (!mirror.routable) return mirror.reason === kernel.reason;
  if (mirror.type !== kernel.type) return false;
  return legsOf(mirror, asked, monitor).some(
    (leg) => leg.oif === kernel.oif && leg.gateway === kernel.gateway,
  );
}

// Of several legs the kernel takes one by a hash of the flow: any of them is right.
function legsOf(
  mirror: Lookup,
  asked: Question,
  monitor: NetworkMonitor,
): readonly Pick<Lookup, 'oif' | 'gateway'>[] {
  if (mirror.table === null || mirror.type !== 'unicast') return [mirror];
  const isMatch = (route: Route): boolean =>
    route.dst === mirror.prefix &&
    route.nexthops.length > 1 &&
    route.nexthops.some((leg) => leg.oif === mirror.oif && leg.gateway === mirror.gateway);
  const family = asked.destination.includes(':') ? 6 : 4;
  const routes = [...monitor.routes({ table: mirror.table, family })].filter(isMatch);
  const legs = routes.flatMap((route) => route.nexthops).filter((leg) => !leg.flags.includes('dead'));
  return [mirror, ...legs];
}
