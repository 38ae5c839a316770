import { subscribe } from 'node:diagnostics_channel';
import { type BusMessages, bridgeToBus, ConnectionRegistry, NetworkMonitor, SystemBus } from 'roamkit';

interface Messages extends BusMessages {
  readonly chat: { readonly unread: number };
}

const monitor = await NetworkMonitor.start();
const registry = new ConnectionRegistry(monitor);
const bus = new SystemBus<Messages>();
bridgeToBus(bus, { monitor, registry });

bus.subscribe('network', (message) => console.log(`network ${JSON.stringify(message)}`));
bus.subscribe('system-state', (message) => {
  if ('status' in message) console.log(`status ${message.status}`);
});
bus.subscribe('metrics', (message) => {
  if (!('snapshot' in message)) return;
  const routes = message.snapshot.metrics.find(({ name }) => name === 'roamkit.monitor.route.count');
  console.log(`${routes?.name} is an OpenTelemetry ${routes?.kind} in ${routes?.unit}`);
});
bus.subscribe('chat', ({ unread }) => console.log(`${unread} unread`));

subscribe('roamkit:chat', (payload) => console.log(`seen from outside: ${JSON.stringify(payload)}`));

bus.publish('chat', { unread: 3 }, { key: 'unread' });
bus.publish('metrics', { request: 'snapshot' });
monitor.ref();
