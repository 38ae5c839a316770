// Types as tests: `npm run check` compiles this file; it is never run.
import {
  PortalPrompt,
  type PortalView,
  type RoamingWebSocketState,
  useConnectivity,
  usePortal,
  useReconnect,
  useRoamingWebSocket,
} from 'roamkit/react';
import type { ConnectivitySnapshot, NetworkStatus, ReconnectSignal } from 'roamkit/renderer';
import { expectTypeOf } from 'vitest';

export function Page(): string {
  expectTypeOf(useConnectivity()).toEqualTypeOf<ConnectivitySnapshot>();
  expectTypeOf(useConnectivity(({ status }) => status)).toEqualTypeOf<NetworkStatus>();
  expectTypeOf(
    useConnectivity(
      ({ status }) => ({ status }),
      (a, b) => a.status === b.status,
    ),
  ).toEqualTypeOf<{ status: NetworkStatus }>();
  // @ts-expect-error There is no such field.
  useConnectivity(({ isOnline }) => isOnline);
  // @ts-expect-error An equality needs something to compare.
  useConnectivity(undefined, Object.is);

  useReconnect((signal) => expectTypeOf(signal).toEqualTypeOf<ReconnectSignal>());
  // @ts-expect-error A handler is needed.
  useReconnect();

  const { state, send, lastClose } = useRoamingWebSocket(async () => new URL('wss://example.com'), {
    protocols: ['chat'],
    maxRetries: 3,
    onMessage: (event) => expectTypeOf(event).toEqualTypeOf<MessageEvent>(),
    onUndelivered: ({ detail }) => expectTypeOf(detail.reason).toEqualTypeOf<'down' | 'full' | 'closed'>(),
  });
  expectTypeOf(state).toEqualTypeOf<RoamingWebSocketState>();
  expectTypeOf(send('text')).toEqualTypeOf<boolean>();
  expectTypeOf(lastClose?.code).toEqualTypeOf<number | undefined>();
  useRoamingWebSocket(null);
  // @ts-expect-error A number is no message.
  send(5);

  const portal = usePortal();
  expectTypeOf(portal).toEqualTypeOf<PortalView>();
  // @ts-expect-error What a hook gives is read only.
  portal.isPortal = true;
  expectTypeOf(portal.signIn).returns.toEqualTypeOf<Promise<boolean>>();
  PortalPrompt({ variant: 'dialog', strings: { title: 'Anmelden' } });
  // @ts-expect-error There is no such form.
  PortalPrompt({ variant: 'banner' });
  return String(portal.isPortal);
}
