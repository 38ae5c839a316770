import type { Roamkit } from 'roamkit/main';
import type { Target } from '../../shared/options.js';
import type { Dialer } from './dialer.js';
import { flowDialer } from './flow-dialer.js';
import { gatewayDialer } from './gateway-dialer.js';
import { targetText, tcpDialer } from './tcp-dialer.js';

// Well known addresses out on the internet. Nothing is sent to them.
const INTERNET = { 4: '1.1.1.1', 6: '2606:4700:4700::1111' } as const;

/** What can be watched on this computer's own network, of which nothing is known. */
export function hostDialers(
  { registry, monitor }: Roamkit,
  targets: readonly Target[],
  loopback: Target,
): readonly Dialer[] {
  const families = ([4, 6] as const).filter(
    (family) => family === 4 || monitor.state.defaultPaths[family] !== null,
  );
  return [
    ...targets.map((target) => tcpDialer(registry, targetText(target), target)),
    ...families.map((family) =>
      flowDialer(registry, monitor, `The internet over IPv${family}`, INTERNET[family]),
    ),
    ...families
      .filter((family) => (monitor.state.defaultPaths[family]?.gateway ?? null) !== null)
      .map((family) => gatewayDialer(registry, monitor, `The IPv${family} gateway`, family)),
    tcpDialer(registry, 'Local database', loopback),
  ];
}
