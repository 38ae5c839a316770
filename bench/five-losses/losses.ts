/** One of the five ways to lose a network, as what `ip -batch` is told in the lab's client, whose traffic leaves by eth0. */
export interface Loss {
  readonly name: string;
  readonly commands: readonly string[];
  /** What brings a path back, where the loss leaves none. */
  readonly back: readonly string[];
}

const ethernet = [
  'default via 198.51.100.254 dev eth0 metric 100',
  'default via 2001:db8:2::fe dev eth0 metric 100',
];
const wifi = [
  'default via 192.0.2.254 dev wlan0 metric 600',
  'default via 2001:db8:1::fe dev wlan0 metric 600',
];

function each(command: string, routes: readonly string[]): string[] {
  return routes.map((route) => `${command} ${route}`);
}

const all: readonly Loss[] = [
  { name: 'link down', commands: ['link set eth0 down'], back: [] },
  {
    name: 'address removed',
    commands: ['addr del 198.51.100.1/24 dev eth0', 'addr del 2001:db8:2::1/64 dev eth0'],
    back: [],
  },
  { name: 'link deleted', commands: ['link del eth0'], back: [] },
  { name: 'best default route removed', commands: each('route del', ethernet), back: [] },
  {
    name: 'all default routes removed',
    commands: each('route del', [...ethernet, ...wifi]),
    back: each('route add', [...wifi, ...ethernet]),
  },
];

const wanted = process.env['ROAMKIT_BENCH_LOSSES']?.split(',');

/** All, or those whose names ROAMKIT_BENCH_LOSSES lists. */
export const losses = all.filter(({ name }) => wanted?.includes(name) ?? true);
