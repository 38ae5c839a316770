import type { DoctorContext, DoctorSection } from './section.js';

interface Setting {
  /** Below /proc/sys/net; `*` stands for `all` and for each link. */
  readonly path: string;
  readonly usual: number;
  /** What another value means. */
  readonly meaning: string;
}

// docs/kernel.md 5, 6, 8 and 9.
const SETTINGS: readonly Setting[] = [
  {
    path: 'ipv4/conf/*/ignore_routes_with_linkdown',
    usual: 0,
    meaning: 'IPv4 routes through a link without a carrier do not count',
  },
  {
    path: 'ipv6/conf/*/ignore_routes_with_linkdown',
    usual: 0,
    meaning: 'IPv6 routes through a link without a carrier do not count',
  },
  {
    path: 'ipv6/conf/*/keep_addr_on_down',
    usual: 0,
    meaning: 'IPv6 addresses stay on a link that goes down',
  },
  {
    path: 'ipv6/route/skip_notify_on_dev_down',
    usual: 0,
    meaning: 'the kernel does not tell which IPv6 routes go with a link; they are inferred',
  },
  {
    path: 'ipv4/nexthop_compat_mode',
    usual: 1,
    meaning:
      'of a route by a next-hop object the kernel tells the id only, and nothing when the object changes',
  },
  {
    path: 'ipv4/conf/*/promote_secondaries',
    usual: 0,
    meaning: 'an IPv4 address that goes does not take the others of its subnet along',
  },
];

/** Kernel settings that change what the mirror has to infer, where they are not the default. */
export const settingsSection: DoctorSection = {
  name: 'settings',
  title: 'settings',
  examine(context) {
    const found = SETTINGS.map((setting) => ({ setting, values: valuesOf(setting, context) }));
    const data = Object.fromEntries(
      found.flatMap(({ values }) => values.map(({ path, value }) => [keyOf(path), value])),
    );
    const odd = found.flatMap(({ setting, values }) =>
      values
        .filter(({ value }) => value !== null && value !== setting.usual)
        .map(({ path, value }) => `${keyOf(path)} = ${value}: ${setting.meaning}`),
    );
    const unread = found.filter(({ values }) => values.every(({ value }) => value === null));
    return {
      data,
      lines: [
        ...(odd.length === 0 ? ['as the kernel has them by default'] : odd),
        ...unread.map(({ setting }) => `${keyOf(setting.path)} cannot be read`),
      ],
    };
  },
};

interface Value {
  readonly path: string;
  readonly value: number | null;
}

// A link's own value where it differs from the one for all, as either is enough.
function valuesOf({ path, usual }: Setting, { monitor, setting }: DoctorContext): Value[] {
  const read = (at: string): Value => {
    const text = setting(at);
    return { path: at, value: text === null ? null : Number(text) };
  };
  if (!path.includes('*')) return [read(path)];
  const of = (name: string): Value => read(path.replace('*', name));
  const links = monitor.state.links.filter(({ isLoopback }) => !isLoopback).map(({ name }) => of(name));
  return [of('all'), ...links.filter(({ value }) => value !== null && value !== usual)];
}

// As sysctl(8) writes it; a link's name may hold dots, which it writes as slashes.
function keyOf(path: string): string {
  const swapped: Readonly<Record<string, string>> = { '/': '.', '.': '/' };
  return `net.${path.replace(/[/.]/g, (character) => swapped[character] ?? character)}`;
}
