import { setTimeout as delay } from 'node:timers/promises';
import { IpShell } from '../fixtures/ip-shell.js';
import { Random } from '../fixtures/random.js';
import { stolenMs } from '../fixtures/stolen-time.js';
import {
  addressRemoved,
  allDefaultsRemoved,
  bestDefaultRemoved,
  carrierLost,
  type HostProcess,
  linkDeleted,
  linkDown,
  type TwoLinkLab,
  twoLinkLab,
  type Undo,
  waitFor,
} from '../lab/index.js';
import type {
  CrowdCommand,
  CrowdReport,
  Invalidated,
  Member,
  Side,
  TrackedMember,
} from './crowd-protocol.js';
import type { Crowd } from './crowds.js';
import { nextDisturbance } from './disturbances.js';

/** How much to try. */
export interface Effort {
  readonly connections: number;
  /** Harmless disturbances, before the losses: how many, or for how long. */
  readonly churn: { readonly disturbances: number } | { readonly minutes: number };
}

/** What came of one seed. */
export interface Outcome {
  readonly seed: number;
  /** What went wrong, in words; empty is what is wanted. */
  readonly faults: readonly string[];
  readonly disturbances: number;
  /** Of these: those that this machine drew out for longer than a grace period, so that nothing can be said of them. */
  readonly drawnOut: number;
  /** How often a connection was in doubt during the disturbances, and was left alone. */
  readonly doubts: number;
  /** Connections closed although nothing was lost to them: by a disturbance, or by a loss that was another link's. */
  readonly healthyClosed: number;
  /** Connections on what was lost, over all losses. */
  readonly affected: number;
  /** Of these. The rest were closed by their library when it heard of another one's end; to be left open is a fault. */
  readonly invalidated: number;
  /** How long after the grace period each was. */
  readonly lateMs: readonly number[];
  /** For how long the machine's host kept its processors from it; see `stolenMs`. */
  readonly stolenMs: number;
}

const SIDES = ['ethernet', 'wifi'] as const;
// The server's second address of each family, which is routed over Wi-Fi.
const BY_WIFI = { v4: '203.0.113.2', v6: '2001:db8:3::2' } as const;

const LIST_EVERY_MS = 50;

interface Loss {
  readonly name: string;
  readonly side: Side;
  lose(net: TwoLinkLab): Promise<Undo>;
}

const LOSSES: readonly Loss[] = [
  { name: 'Ethernet goes down', side: 'ethernet', lose: (net) => linkDown(net.ethernet.a) },
  { name: 'Wi-Fi goes down', side: 'wifi', lose: (net) => linkDown(net.wifi.a) },
  { name: 'Ethernet loses its carrier', side: 'ethernet', lose: (net) => carrierLost(net.ethernet.a) },
  { name: 'Wi-Fi loses its addresses', side: 'wifi', lose: (net) => addressRemoved(net.wifi.a) },
  { name: 'Ethernet is unplugged', side: 'ethernet', lose: (net) => linkDeleted(net.ethernet) },
  { name: 'the best default routes go', side: 'ethernet', lose: (net) => bestDefaultRemoved(net.client) },
  { name: 'all default routes go', side: 'ethernet', lose: (net) => allDefaultsRemoved(net.client) },
];

/** Lives through one seed: many disturbances, then each kind of loss. */
export async function trySeed(seed: number, crowd: Crowd, effort: Effort): Promise<Outcome> {
  await using net = await twoLinkLab();
  await Promise.all([
    net.server.ip([`addr add ${BY_WIFI.v4}/24 dev eth0`, `addr add ${BY_WIFI.v6}/64 dev eth0 nodad`]),
    net.client.ip([
      `route add ${BY_WIFI.v4}/32 via ${net.addresses.wifiGateway.v4} dev wlan0`,
      `route add ${BY_WIFI.v6}/128 via ${net.addresses.wifiGateway.v6} dev wlan0`,
    ]),
  ]);
  const ports = await crowd.serve(net.server);
  const sides = Object.fromEntries(
    SIDES.flatMap((side) => Object.values(net.addresses[side]).map((address) => [address, side])),
  );
  const application = await crowd.start(net.client, sides);
  const members = membersOf(net, crowd.libraries, ports, effort.connections);
  const chaos = new Chaos(net, application, members);
  return await chaos.live(seed, effort.churn);
}

function membersOf(
  net: TwoLinkLab,
  libraries: readonly string[],
  ports: Readonly<Record<string, number>>,
  count: number,
): readonly Member[] {
  const targets = { ethernet: net.addresses.server, wifi: BY_WIFI };
  return Array.from({ length: count }, (_, id) => {
    const library = libraries[Math.floor(id / 4) % libraries.length] ?? '';
    const side = SIDES[id % 2] ?? 'ethernet';
    const host = targets[side][Math.floor(id / 2) % 2 === 0 ? 'v4' : 'v6'];
    return { id, library, side, host, port: ports[library] ?? 0 };
  });
}

/** One seed's life. */
class Chaos {
  readonly #faults: string[] = [];
  #healthyClosed = 0;
  #affected = 0;
  #invalidated = 0;
  #reported = 0;
  readonly #lateMs: number[] = [];

  constructor(
    readonly net: TwoLinkLab,
    readonly crowd: HostProcess,
    readonly members: readonly Member[],
  ) {}

  async live(seed: number, churn: Effort['churn']): Promise<Outcome> {
    const random = new Random(seed);
    const stolenBefore = stolenMs();
    await this.#ask({ do: 'open', members: this.members }, 'opened');
    await this.#prove('both', 'before anything happened');
    const startedAt = performance.now();
    const isOver = (count: number): boolean =>
      'minutes' in churn
        ? performance.now() - startedAt >= churn.minutes * 60_000
        : count >= churn.disturbances;
    await using ip = await IpShell.open(this.net.client);
    let disturbances = 0;
    const drawnOut = new Set<number>();
    for (; !isOver(disturbances); disturbances++) {
      const disturbance = nextDisturbance(random);
      await disturbance.run({ net: this.net, random, ip, drawnOut: () => drawnOut.add(disturbances) });
      if (drawnOut.has(disturbances)) await this.#startOver();
      else this.#hear(`while ${disturbance.name}`, null, new Set());
    }
    await this.#prove('both', 'after the disturbances');
    this.#hear('after the disturbances', null, new Set());
    const doubts = this.#noticed('suspect');
    for (const loss of LOSSES) await this.#survive(loss);
    return {
      seed,
      faults: this.#faults,
      disturbances,
      drawnOut: drawnOut.size,
      doubts,
      healthyClosed: this.#healthyClosed,
      affected: this.#affected,
      invalidated: this.#invalidated,
      lateMs: this.#lateMs,
      stolenMs: stolenMs() - stolenBefore,
    };
  }

  /** All connections anew: some may have been closed, and rightly so. */
  async #startOver(): Promise<void> {
    await this.#healed();
    await this.#ask({ do: 'open', members: this.members }, 'opened');
    await this.#prove('both', 'after all was opened anew');
    this.#reported = this.crowd.lines.length;
  }

  async #survive({ name, side, lose }: Loss): Promise<void> {
    const other = side === 'ethernet' ? 'wifi' : 'ethernet';
    const affected = new Set((await this.#list()).filter((one) => one.side === side).map(({ id }) => id));
    const undo = await lose(this.net);
    const deadline = performance.now() + 10_000;
    const remaining = async (): Promise<readonly TrackedMember[]> =>
      (await this.#list()).filter(({ id }) => affected.has(id));
    let left = await remaining();
    while (left.length > 0 && performance.now() < deadline) {
      // The list costs the application time in which it could close.
      await delay(LIST_EVERY_MS);
      left = await remaining();
    }
    if (left.length > 0) this.#faults.push(`${left.length} connections were left open when ${name}`);
    await this.#prove(other, `when ${name}`);
    this.#affected += affected.size;
    this.#hear(`when ${name}`, side, affected);
    await undo();
    await this.#healed();
    await this.#ask({ do: 'open', members: this.members.filter((member) => member.side === side) }, 'opened');
    await this.#prove('both', `after what happened when ${name}`);
    this.#hear(`after what happened when ${name}`, null, new Set());
  }

  /** Resolves when each server is reached by its own link again: IPv6 passes by a gateway that did not answer. */
  async #healed(): Promise<void> {
    const { client, addresses } = this.net;
    // It gives up, with an error, where neighbours come back as fast as it forgets them: then they are fresh.
    for (const link of ['eth0', 'wlan0']) {
      await client.exec('ip', ['neigh', 'flush', 'dev', link], { allowFailure: true });
    }
    const ways = [
      ...Object.values(addresses.server).map((address) => [address, 'eth0'] as const),
      ...Object.values(BY_WIFI).map((address) => [address, 'wlan0'] as const),
    ];
    await waitFor(
      async () => {
        const answers = await Promise.all(ways.map(([address]) => client.ip(`route get ${address}`)));
        return ways.every(([, link], index) => answers[index]?.includes(` dev ${link} `));
      },
      { what: 'each server to be reached by its own link', timeoutMs: 10_000 },
    );
  }

  /** Takes in what the crowd told since the last time; `lost`: the side whose connections had to be closed. */
  #hear(when: string, lost: Side | null, affected: ReadonlySet<number>): void {
    const lines = this.crowd.lines.slice(this.#reported);
    this.#reported += lines.length;
    // Electron may have words of its own.
    for (const line of lines.filter((text) => text.startsWith('{'))) {
      const report = JSON.parse(line) as CrowdReport;
      if (report.is === 'invalidated') this.#heardInvalidated(report, when, lost, affected);
      if (report.is === 'broken' && report.side !== lost) {
        this.#faults.push(`${report.member} by ${report.side} broke ${when}: ${report.why}`);
      }
    }
  }

  #heardInvalidated(
    { id, side, reason, lateMs }: Invalidated,
    when: string,
    lost: Side | null,
    affected: ReadonlySet<number>,
  ): void {
    if (side !== lost) {
      this.#healthyClosed += 1;
      this.#faults.push(`connection ${id} by ${side} was closed ${when}: ${reason}`);
    } else if (affected.has(id)) {
      this.#invalidated += 1;
      this.#lateMs.push(lateMs);
    }
  }

  #noticed(what: string): number {
    return this.crowd.lines.filter((line) => line.includes(`"noticed","what":"${what}"`)).length;
  }

  async #prove(side: Side | 'both', when: string): Promise<void> {
    const { silent } = await this.#ask({ do: 'prove', side }, 'proven');
    if (silent.length > 0) this.#faults.push(`no answer ${when}: ${silent.join(', ')}`);
  }

  async #list(): Promise<readonly TrackedMember[]> {
    return (await this.#ask({ do: 'list' }, 'listed')).connections;
  }

  async #ask<K extends CrowdReport['is']>(
    command: CrowdCommand,
    answer: K,
  ): Promise<Extract<CrowdReport, { is: K }>> {
    this.crowd.stdin.write(`${JSON.stringify(command)}\n`);
    const line = await this.crowd.nextLine((text) => text.startsWith(`{"is":"${answer}"`), {
      timeoutMs: 90_000,
    });
    return JSON.parse(line) as Extract<CrowdReport, { is: K }>;
  }
}
