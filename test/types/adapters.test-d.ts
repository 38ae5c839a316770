// Types as tests: `npm run check` compiles this file; it is never run.
import { onlineManager } from '@tanstack/query-core';
import PartySocket, { WebSocket as PartySocketWebSocket } from 'partysocket';
import reconnectingWebSocket from 'reconnecting-websocket';
import {
  type ConnectivityStore,
  connectivityStore,
  onlineListener,
  reconnectWithNetwork,
  urlWhenOnline,
} from 'roamkit/adapters';
import type { ConnectivitySnapshot, NetworkStatus } from 'roamkit/renderer';
import { useConnectivity } from 'roamkit/vue';
import type { Readable } from 'svelte/store';
import { expectTypeOf } from 'vitest';
import type { ShallowRef } from 'vue';

// Each fits what its library asks for, as that library declares it.
onlineManager.setEventListener(onlineListener());
onlineManager.setEventListener(onlineListener(({ status }) => status !== 'offline'));
// @ts-expect-error Online or not: nothing in between.
onlineListener(({ status }) => status);

const url = urlWhenOnline(async () => 'wss://example.com', { longestWaitMs: 5000 });
reconnectWithNetwork(new PartySocketWebSocket(url));
reconnectWithNetwork(new PartySocket({ host: 'example.com', room: 'lobby' }));
reconnectWithNetwork(new reconnectingWebSocket.default(url));
// @ts-expect-error A plain WebSocket cannot reconnect.
reconnectWithNetwork(new WebSocket('wss://example.com'));

expectTypeOf(connectivityStore()).toExtend<Readable<ConnectivitySnapshot>>();
expectTypeOf(connectivityStore(({ status }) => status)).toEqualTypeOf<ConnectivityStore<NetworkStatus>>();

expectTypeOf(useConnectivity()).toEqualTypeOf<Readonly<ShallowRef<ConnectivitySnapshot>>>();
const status = useConnectivity((snapshot) => snapshot.status);
expectTypeOf(status.value).toEqualTypeOf<NetworkStatus>();
// @ts-expect-error A page cannot write what the main process says.
status.value = 'online';
