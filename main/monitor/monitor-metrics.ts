import type { Metric } from '../../core/metric-types.js';
import type { MonitorStats } from './backend.js';

interface Instrument {
  readonly name: string;
  readonly kind: 'counter' | 'up-down-counter' | 'gauge';
  readonly unit: string;
  readonly description: string;
}

const INSTRUMENTS: { readonly [Stat in keyof MonitorStats]: Instrument } = {
  links: held('link', '{link}', 'Links in the mirror.'),
  addresses: held('address', '{address}', 'Addresses in the mirror.'),
  rules: held('rule', '{rule}', 'Policy-routing rules in the mirror.'),
  nexthops: held('nexthop', '{nexthop}', 'Next-hop objects in the mirror.'),
  routes: held('route', '{route}', 'Routes in the mirror.'),
  flows: held('flow', '{flow}', 'Flows under watch.'),
  failedNeighbours: held(
    'failed_neighbour',
    '{neighbour}',
    'Neighbours that the kernel has given up finding.',
  ),
  batches: counted('batches', '{batch}', 'Batches of changes handed over.'),
  messages: counted('messages', '{message}', 'Netlink messages read.'),
  malformedMessages: counted(
    'malformed_messages',
    '{message}',
    'Netlink messages refused because an attribute had a wrong length.',
  ),
  wakeups: counted('wakeups', '{wakeup}', "Wake-ups of the monitor's thread."),
  overruns: counted('overruns', '{overrun}', 'Times that the kernel dropped messages for want of room.'),
  resyncs: counted('resyncs', '{resync}', 'Times that the mirror was rebuilt because messages were lost.'),
  audits: counted('audits', '{audit}', 'Comparisons of the mirror with a fresh dump.'),
  auditCorrections: counted('audit_corrections', '{entry}', 'Entries that an audit had to correct.'),
  flowChecks: counted('flow_checks', '{check}', 'Verdicts computed.'),
  receiveBufferBytes: {
    name: 'roamkit.monitor.receive_buffer.limit',
    kind: 'gauge',
    unit: 'By',
    description: 'The receive buffer that the kernel granted.',
  },
};

/** A monitor's counters as metrics: `roamkit.monitor.*`. */
export function monitorMetrics(stats: MonitorStats): Metric[] {
  return (Object.keys(INSTRUMENTS) as (keyof MonitorStats)[]).map((stat) => ({
    ...INSTRUMENTS[stat],
    points: [{ attributes: {}, value: stats[stat] }],
  }));
}

function held(name: string, unit: string, description: string): Instrument {
  return { name: `roamkit.monitor.${name}.count`, kind: 'up-down-counter', unit, description };
}

function counted(name: string, unit: string, description: string): Instrument {
  return { name: `roamkit.monitor.${name}`, kind: 'counter', unit, description };
}
