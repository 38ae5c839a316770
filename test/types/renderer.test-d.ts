// Types as tests: `npm run check` compiles this file; it is never run.
import type {
  ConnectivityChange,
  ConnectivitySnapshot,
  InvalidatedEvent,
  IpcRefusedError,
  NetworkStatus,
  PageConnection,
  PageReconnectSignal,
  RefusalReason,
  Selection,
} from 'roamkit/renderer';
import { getRoamkit } from 'roamkit/renderer';
import { expectTypeOf } from 'vitest';

const roamkit = getRoamkit();

// A snapshot is read only, all the way down.
const snapshot = roamkit.getSnapshot();
expectTypeOf(snapshot).toEqualTypeOf<ConnectivitySnapshot>();
expectTypeOf(snapshot.status).toEqualTypeOf<NetworkStatus>();
expectTypeOf<NetworkStatus>().toEqualTypeOf<
  'unknown' | 'offline' | 'local' | 'limited' | 'portal' | 'online'
>();
expectTypeOf(snapshot.capabilities.backend).toEqualTypeOf<'netlink' | 'portable' | 'none'>();
// @ts-expect-error A page cannot write what the main process says.
snapshot.status = 'online';
// @ts-expect-error Nor change what is inside.
snapshot.links.push();
expectTypeOf(roamkit.ready).toEqualTypeOf<Promise<ConnectivitySnapshot>>();

// Whatever is registered gives the function that takes it back; each event has its own type.
expectTypeOf(roamkit.subscribe(() => {})).toEqualTypeOf<() => void>();
expectTypeOf(roamkit.on('change', () => {})).toEqualTypeOf<() => void>();
roamkit.on('change', (change) => expectTypeOf(change).toEqualTypeOf<ConnectivityChange>());
roamkit.on('invalidated', (event) => expectTypeOf(event).toEqualTypeOf<InvalidatedEvent>());
roamkit.on('reconnect', (signal) => expectTypeOf(signal).toEqualTypeOf<PageReconnectSignal>());
// @ts-expect-error There is no such event.
roamkit.on('online', () => {});

// A selection has the type of what is selected.
expectTypeOf(roamkit.select(({ status }) => status)).toEqualTypeOf<Selection<NetworkStatus>>();
expectTypeOf(roamkit.select(({ links }) => links.length).getSnapshot()).toEqualTypeOf<number>();
roamkit.select(
  ({ generation }) => generation,
  (a, b) => {
    expectTypeOf(a).toEqualTypeOf<number>();
    return a === b;
  },
);

// Connections: a URL, or a host and its port, and nothing else.
expectTypeOf(roamkit.track('wss://example.com', { label: 'chat' })).toEqualTypeOf<Promise<PageConnection>>();
expectTypeOf(roamkit.track(new URL('wss://example.com'))).toEqualTypeOf<Promise<PageConnection>>();
expectTypeOf(roamkit.track({ host: 'example.com', port: 443 })).toEqualTypeOf<Promise<PageConnection>>();
// @ts-expect-error A port is missing.
roamkit.track({ host: 'example.com' });
// @ts-expect-error No label is no label; `undefined` is a mistake.
roamkit.track('wss://example.com', { label: undefined });
expectTypeOf<IpcRefusedError['reason']>().toEqualTypeOf<RefusalReason>();
expectTypeOf<IpcRefusedError['code']>().toEqualTypeOf<'ERR_ROAMKIT_IPC_REFUSED'>();

// Every urgency can be told apart, and there is no fourth.
export function tell({ urgency }: PageReconnectSignal): string {
  switch (urgency) {
    case 'now':
    case 'soon':
    case 'wait':
      return urgency;
    default:
      return urgency satisfies never;
  }
}
