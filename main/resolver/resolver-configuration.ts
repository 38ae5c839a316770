/** How names are resolved, as resolv.conf(5) and systemd-resolved say it. Empty lists where nothing is said. */
export interface ResolverConfiguration {
  /** The servers to ask, in order. A server on loopback passes on to others: see `upstreamNameservers`. */
  readonly nameservers: readonly string[];
  /** The servers that systemd-resolved asks, of all links; empty where it does not run. */
  readonly upstreamNameservers: readonly string[];
  readonly searchDomains: readonly string[];
  /** Such as `ndots:2`, `rotate`, in order; with `sortlist`'s addresses after them. */
  readonly options: readonly string[];
}

/**
 * What the two files say together.
 *
 * @param text of /etc/resolv.conf.
 * @param upstreamText of systemd-resolved's list of servers, in the same grammar.
 */
export function parseResolverConfiguration(text: string, upstreamText: string): ResolverConfiguration {
  const entries = entriesOf(text);
  const upstream = entriesOf(upstreamText);
  const valuesOf = (keyword: string): string[] =>
    entries.filter(([name]) => name === keyword).flatMap(([, ...values]) => values);
  // `domain` is the old word for a `search` list of one; of several lists the last one counts.
  const search = [entries, upstream].map((lines) =>
    lines.findLast(([name]) => name === 'search' || name === 'domain'),
  );
  return {
    nameservers: nameserversOf(entries),
    upstreamNameservers: nameserversOf(upstream),
    searchDomains: [...new Set(search.flatMap((entry) => entry?.slice(1) ?? []))],
    options: [...valuesOf('options'), ...valuesOf('sortlist')],
  };
}

export function isSameConfiguration(one: ResolverConfiguration, other: ResolverConfiguration): boolean {
  return LISTS.every((list) => one[list].join(' ') === other[list].join(' '));
}

/** Whether it names no server at all: there is no file, or a writer has just emptied it. */
export function isBare({ nameservers }: ResolverConfiguration): boolean {
  return nameservers.length === 0;
}

const LISTS = ['nameservers', 'upstreamNameservers', 'searchDomains', 'options'] as const;

// A keyword at the line's begin, its values after white space; a comment begins the line, as glibc reads it.
function entriesOf(text: string): string[][] {
  return text
    .split('\n')
    .filter((line) => !/^\s*[#;]/.test(line))
    .map((line) => line.trim().split(/\s+/))
    .filter(([keyword]) => keyword !== '');
}

// One server a line; what stands after it means nothing.
function nameserversOf(entries: readonly (readonly string[])[]): string[] {
  return entries.flatMap(([keyword, server]) =>
    keyword === 'nameserver' && server !== undefined ? [server] : [],
  );
}
