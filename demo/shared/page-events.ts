import type { NetworkStatus } from 'roamkit';

// Names for the events that roamkit itself brings to the page, so that the page can tell when it heard of an entry of
// the timeline: the entry comes over the demo's own channel, which is not what is measured.

interface Known {
  readonly generation: number;
  readonly status: NetworkStatus;
}

/** More than one where the page is told of several changes at once: roamkit conflates them to one a frame. */
export function changeEvents(previous: Known, next: Known): readonly string[] {
  const grown = next.generation - previous.generation;
  if (grown <= 0) return [`status ${next.generation} ${next.status}`];
  return Array.from({ length: grown }, (_, index) => `generation ${previous.generation + index + 1}`);
}

export function reconnectEvent(signal: { readonly generation: number; readonly cause: string }): string {
  return `reconnect ${signal.generation} ${signal.cause}`;
}

export function invalidatedEvent(connection: { readonly id: number }): string {
  return `invalidated ${connection.id}`;
}
