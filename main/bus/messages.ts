import type { MetricsSnapshot } from '../../core/metric-types.js';
import type { NetworkStatus } from '../../core/network-types.js';

/** Class `interaction`: what the user does, in the application's own words. */
export type InteractionMessage = Readonly<Record<string, unknown>>;

/** Class `system-state`: how the network and the machine are. */
export type SystemStateMessage =
  /** The network's status or generation is another one; see `NetworkState`. */
  | { readonly status: NetworkStatus; readonly validated: boolean; readonly generation: number }
  /** The machine goes to sleep; or it slept, and what roamkit knows of the network is fresh again. */
  | { readonly power: 'suspend' | 'resume' };

/** Class `network`: libwebsockets' messages, in its words. */
export type NetworkMessage =
  /** Routes came or were replaced (`add`), or went (`del`): one or many. */
  | { readonly rt: 'add' | 'del' }
  /** Time to look for a captive portal: a route with a gateway or the default path changed, or the machine slept. */
  | { readonly trigger: 'cpdcheck'; readonly src: 'gw-change' | 'resume' }
  /** What a look for a captive portal found. */
  | { readonly type: 'cpd'; readonly result: 'OK' | 'Captive' | 'No internet' };

/** Class `metrics`: who wants a snapshot asks for it, and all subscribers get it. */
export type MetricsMessage = { readonly request: 'snapshot' } | { readonly snapshot: MetricsSnapshot };

/** The classes that roamkit itself knows, with their messages. An application's own extend it: see `SystemBus`. */
export interface BusMessages {
  readonly interaction: InteractionMessage;
  readonly 'system-state': SystemStateMessage;
  readonly network: NetworkMessage;
  readonly metrics: MetricsMessage;
}

/** What tells roamkit's own messages apart: a field of theirs, and its value where that matters. */
const OWN_KINDS: readonly (readonly [messageClass: string, field: string, value: string | null])[] = [
  ['network', 'rt', 'add'],
  ['network', 'rt', 'del'],
  ['network', 'trigger', 'cpdcheck'],
  ['network', 'type', 'cpd'],
  ['system-state', 'status', null],
  ['system-state', 'power', null],
  ['metrics', 'request', null],
  ['metrics', 'snapshot', null],
];

/** Which of roamkit's own messages this is, the same for all of which the latest says enough; `null`: none of them. */
export function ownKind(messageClass: string, message: unknown): string | null {
  if (typeof message !== 'object' || message === null) return null;
  const fields = message as Readonly<Record<string, unknown>>;
  const kind = OWN_KINDS.find(
    ([ofClass, field, value]) =>
      ofClass === messageClass && (value === null ? Object.hasOwn(fields, field) : fields[field] === value),
  );
  return kind === undefined ? null : `${kind[1]} ${kind[2] ?? ''}`;
}
