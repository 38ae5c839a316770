import { type TwoLinkLab, twoLinkLab, type Undo } from '../../test/lab/index.js';
import { snapshotLinkEnd } from '../../test/lab/link-snapshot.js';

/** Two links whose provider drops what comes in over one with the other's address. */
export async function openLab(): Promise<TwoLinkLab> {
  const net = await twoLinkLab();
  // As providers do (BCP 38). By a rule and not by rp_filter, which would also drop the ARP requests that such packets
  // cause.
  await net.router.ip('rule add pref 100 iif wlan0 from 198.51.100.0/24 blackhole');
  return net;
}

/** Remembers the client's links; the function brings back all that a loss has taken, as often as it is called. */
export async function rememberLinks({ ethernet, wifi }: TwoLinkLab): Promise<Undo> {
  const restores = await Promise.all([ethernet.a, ethernet.b, wifi.a].map(snapshotLinkEnd));
  return async () => {
    const isThere = await ethernet.a.state().then(
      () => true,
      () => false,
    );
    if (!isThere) await ethernet.create();
    for (const restore of restores) await restore();
  };
}
