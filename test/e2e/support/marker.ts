import type { AddressPair, TwoLinkLab } from '../../lab/index.js';
import { eventually } from './eventually.js';
import { type LogEntry, words } from './sides.js';
import type { SocketSide, SocketsApplication } from './sockets-application.js';

/**
 * A change that everybody hears of and that harms nobody: a better default route of the *other* family than the sockets'.
 * Netlink, the monitor and each window's channel keep the order: what has not been heard before it is not to come.
 */
export class Marker {
  readonly #net: TwoLinkLab;
  readonly #app: SocketsApplication;
  readonly #gateway: string;

  constructor(net: TwoLinkLab, app: SocketsApplication, version: keyof AddressPair) {
    this.#net = net;
    this.#app = app;
    this.#gateway = net.addresses.wifiGateway[version === 'v4' ? 'v6' : 'v4'];
  }

  /** Makes the change and takes it back; resolves to what either side heard up to it, and leaves the logs empty. */
  async heardBefore(): Promise<{ readonly main: string[]; readonly page: string[] }> {
    await this.#make('add');
    const [main, page] = await Promise.all([
      heardBeforeMarker(this.#app.main),
      heardBeforeMarker(this.#app.page),
    ]);
    await this.#app.clear();
    await this.#make('del');
    await this.#app.clear();
    return { main, page };
  }

  /** Each side is told of it twice: by a change and by a signal. */
  async #make(verb: 'add' | 'del'): Promise<void> {
    await this.#net.client.ip(`route ${verb} default via ${this.#gateway} dev wlan0 metric 50`);
    const signal = verb === 'add' ? 'reconnect soon' : 'reconnect now';
    for (const side of this.#app.sides) {
      await eventually(async () => {
        const log = await side.log();
        const end = log.findLast((entry) => words(entry) === signal);
        return end !== undefined && log.some((entry) => isChangeOf(end, entry));
      }, `the ${side.owner} side to hear of the marker`).toBe(true);
    }
  }
}

async function heardBeforeMarker(side: SocketSide): Promise<string[]> {
  const log = await side.log();
  const end = log.findLast((entry) => words(entry) === 'reconnect soon');
  if (end === undefined) throw new Error('the marker has not been heard');
  return log.filter((entry) => entry !== end && !isChangeOf(end, entry)).map(words);
}

function isChangeOf(signal: LogEntry, { event, generation }: LogEntry): boolean {
  return event === 'change' && generation === signal.generation;
}
