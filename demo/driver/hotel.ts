import type { LabServer, TwoLinkLab } from '../../test/lab/index.js';

// The server's networks: as much of an internet as the lab has.
const INTERNET = ['203.0.113.0/24', '2001:db8:3::/64'] as const;

// Somebody may do it in their own time, while the story waits.
const SIGN_IN_TIMEOUT_MS = 10 * 60_000;

/** A hotel's Wi-Fi in the place of the usual one: its router takes all that is for the internet for itself until its guest signs in. */
export class Hotel {
  readonly #net: TwoLinkLab;
  readonly #portal: LabServer;

  private constructor(net: TwoLinkLab, portal: LabServer) {
    this.#net = net;
    this.#portal = portal;
  }

  /** Starts its portal. Nobody is held back yet. */
  static async open(net: TwoLinkLab): Promise<Hotel> {
    return new Hotel(net, await net.router.portal({ port: 80, page: net.addresses.wifiGateway.v4 }));
  }

  /** From now on. What is no HTTP is refused. */
  async holdBack(): Promise<void> {
    await this.#net.router.ip(INTERNET.map((prefix) => `route add local ${prefix} dev lo`));
  }

  /** Resolves once the guest has signed in and the way is open. */
  async letThrough(): Promise<void> {
    await this.#portal.process.nextLine((line) => line.includes('signedIn'), {
      timeoutMs: SIGN_IN_TIMEOUT_MS,
    });
    await this.#net.router.ip(INTERNET.map((prefix) => `route del local ${prefix} dev lo`));
  }
}
