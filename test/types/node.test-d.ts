// Types as tests: `npm run check` compiles this file; it is never run.
import { type Socket, Socket as TcpSocket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import {
  type Capabilities,
  type Connection,
  ConnectionRegistry,
  type Lookup,
  NetworkMonitor,
  type NetworkState,
  RoamkitError,
  type RoamkitErrorCode,
  type Route,
  reconnectSignals,
  UnroutableError,
} from 'roamkit';
import { expectTypeOf } from 'vitest';

const monitor = await NetworkMonitor.start({ backend: 'auto' });
expectTypeOf(monitor).toEqualTypeOf<NetworkMonitor>();
expectTypeOf(monitor.state).toEqualTypeOf<NetworkState>();
expectTypeOf(monitor.capabilities).toEqualTypeOf<Capabilities>();
expectTypeOf(monitor.routes({ family: 4 })).toEqualTypeOf<Iterable<Route>>();
expectTypeOf(monitor.lookup('192.0.2.1', { oif: 'eth0', protocol: 'tcp' })).toEqualTypeOf<Lookup>();
expectTypeOf(monitor.close()).toEqualTypeOf<Promise<void>>();
monitor.on('change', ({ previous, next }) => {
  expectTypeOf(previous).toEqualTypeOf<NetworkState>();
  expectTypeOf(next).toEqualTypeOf<NetworkState>();
});
// @ts-expect-error There is no such backend.
NetworkMonitor.start({ backend: 'polling' });
// @ts-expect-error A state is immutable.
monitor.state.status = 'online';
// @ts-expect-error There is no such family.
monitor.routes({ family: 5 });
// @ts-expect-error There is no such event.
monitor.on('online', () => {});

const registry = new ConnectionRegistry(monitor, { policy: { 'carrier-lost': { graceMs: 2000 } } });
expectTypeOf(registry.track).parameter(0).extract<Socket>().not.toBeNever();
declare const tls: TLSSocket;
expectTypeOf(registry.track(tls)).toEqualTypeOf<Connection>();
expectTypeOf(registry.track(new TcpSocket(), { label: 'sync' })).toEqualTypeOf<Connection>();
expectTypeOf(registry.connections()).toEqualTypeOf<readonly Connection[]>();
expectTypeOf(registry.trackAll()).toExtend<Disposable>();
registry.on('invalidated', ({ connection }) => expectTypeOf(connection).toEqualTypeOf<Connection>());
// @ts-expect-error There is no such reason.
new ConnectionRegistry(monitor, { policy: { 'cable-cut': { graceMs: 2000 } } });
// @ts-expect-error There is no such action.
new ConnectionRegistry(monitor, { policy: { 'link-down': { action: 'close' } } });
// @ts-expect-error A remote is needed.
registry.track({ local: { address: '192.0.2.1', port: 1 } });

expectTypeOf(reconnectSignals(monitor, registry).hasPath()).toEqualTypeOf<boolean>();

declare const error: unknown;
if (error instanceof UnroutableError) expectTypeOf(error.code).toEqualTypeOf<'ERR_ROAMKIT_UNROUTABLE'>();
if (error instanceof RoamkitError) expectTypeOf(error.code).toEqualTypeOf<RoamkitErrorCode>();
