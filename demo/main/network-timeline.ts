import type { Address, Link, NetworkChange, NetworkMonitor, NetworkState, Path } from 'roamkit';
import type { Roamkit } from 'roamkit/main';
import { changeEvents, reconnectEvent } from '../shared/page-events.js';
import { statusWords } from '../shared/words.js';
import type { Timeline } from './timeline.js';

/** Puts what happens to the network, and roamkit's advice on it, on the timeline. */
export function recordNetwork(roamkit: Roamkit, timeline: Timeline): void {
  const { monitor } = roamkit;
  recordLinks(monitor, timeline);
  recordAddresses(monitor, timeline);
  monitor.on('change', (change) => recordChange(change, monitor.receivedAt, timeline));
  roamkit.on('reconnect', (signal) => {
    const { cause, reason, urgency } = signal;
    timeline.add({
      kind: 'reconnect',
      // Where both families move, there is a signal for each.
      key: `reconnect ${urgency} ${cause}`,
      item: cause,
      words: () => ({
        title: ADVICE[urgency],
        detail: `${cause}${reason === null ? '' : `: ${reason}`}${urgency === 'soon' ? ', open the new, then drop the old' : ''}`,
      }),
      // Advice may wait until the connections in doubt are decided: what counts is the way to the page.
      kernelAt: null,
      pageEvent: reconnectEvent(signal),
    });
  });
}

const ADVICE = {
  now: 'Reconnect now',
  soon: 'Reconnect soon',
  wait: 'Wait for a path',
} as const;

function recordChange(change: NetworkChange, kernelAt: number, timeline: Timeline): void {
  const { previous, next, generationChanged } = change;
  const isSameStatus = previous.status === next.status;
  // What a probe says of one family is in the status soon.
  if (isSameStatus && !generationChanged) return;
  const title = isSameStatus ? pathTitle(change) : `The status is now ${statusWords(next.status).title}`;
  timeline.add({
    kind: 'path',
    key: `path ${title}`,
    item: '',
    // Both families usually move together, by routes that the kernel reports one by one: they are one entry.
    words: () => ({ title, detail: `${pathDetail(next)}, generation ${next.generation}` }),
    // Probes find out what the kernel does not tell.
    kernelAt: generationChanged || !isProbed(next) ? kernelAt : null,
    pageEvent: changeEvents(previous, next).at(-1) ?? null,
  });
}

function isProbed({ status }: NetworkState): boolean {
  return status === 'online' || status === 'portal' || status === 'limited';
}

function pathTitle({ previous, next, families: [family = 4] }: NetworkChange): string {
  const from = previous.defaultPaths[family];
  const to = next.defaultPaths[family];
  if (to === null) return `IPv${family} has no default path`;
  if (from?.oif !== to.oif) return `The default path is now ${to.link}`;
  return `IPv${family} has another ${from.gateway === to.gateway ? 'source address' : 'gateway'}`;
}

function pathDetail({ defaultPaths }: NetworkState): string {
  const paths = ([4, 6] as const).map((family) => `IPv${family} ${pathWords(defaultPaths[family])}`);
  return paths.join(', ');
}

function pathWords(path: Path | null): string {
  if (path === null) return 'none';
  return path.gateway === null ? path.link : `${path.link} via ${path.gateway}`;
}

function recordLinks(monitor: NetworkMonitor, timeline: Timeline): void {
  const known = new Map(monitor.state.links.map((link) => [link.ifindex, link]));
  monitor.on('link', ({ kind, link }) => {
    const words = kind === 'remove' ? 'is gone' : linkWords(known.get(link.ifindex), link);
    if (kind === 'remove') known.delete(link.ifindex);
    else known.set(link.ifindex, link);
    if (words === null) return;
    timeline.add({
      kind: 'link',
      key: `link ${words}`,
      item: link.name,
      words: (names) => ({ title: `${listed(names)} ${names.length > 1 ? plural(words) : words}` }),
      kernelAt: monitor.receivedAt,
    });
  });
}

/** What a person would call the difference; `null` for none. */
function linkWords(previous: Link | undefined, link: Link): string | null {
  if (previous === undefined) return 'appeared';
  if (previous.isUp !== link.isUp) return link.isUp ? 'is up' : 'is down';
  // A link that is down has no carrier either: one piece of news is enough.
  if (previous.hasCarrier !== link.hasCarrier && link.isUp)
    return link.hasCarrier ? 'has a carrier' : 'lost its carrier';
  return previous.name === link.name ? null : `was ${previous.name}`;
}

function plural(words: string): string {
  return words.replace(/^is /, 'are ').replace(/^has /, 'have ').replace('its', 'their');
}

function recordAddresses(monitor: NetworkMonitor, timeline: Timeline): void {
  // Of links that are gone as well: their addresses go in the same batch.
  const names = new Map(monitor.state.links.map((link) => [link.ifindex, link.name]));
  monitor.on('link', ({ link }) => names.set(link.ifindex, link.name));
  monitor.on('address', ({ kind, address }) => {
    if (kind === 'change' || isLinkLocal(address)) return;
    const name = names.get(address.ifindex) ?? `link ${address.ifindex}`;
    timeline.add({
      kind: 'address',
      key: `address ${kind} ${address.ifindex}`,
      item: `${address.address}/${address.prefixLength}`,
      words: (items) => ({
        title: `${name} ${kind === 'add' ? 'got' : 'lost'} ${items.length > 1 ? `${items.length} addresses` : 'an address'}`,
        detail: items.join(', '),
      }),
      kernelAt: monitor.receivedAt,
    });
  });
}

// Every link that is up has one; they come and go with it.
function isLinkLocal({ family, scope }: Address): boolean {
  return family === 6 && scope === 'link';
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  return names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${last}` : last;
}
