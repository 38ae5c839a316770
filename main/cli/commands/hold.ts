import { monotonicNow } from '../../monitor/monotonic-time.js';
import { ConnectionRegistry } from '../../registry/connection-registry.js';
import type { RegistryPolicy } from '../../registry/policy/registry-policy.js';
import { textOption } from '../arguments.js';
import type { Command, CommandContext } from '../command.js';
import { ExitCode } from '../exit-code.js';
import { HeldConnection, type HoldEvent, type HoldReport } from '../hold/held-connection.js';
import { holdPolicy, parseGrace } from '../hold/hold-policy.js';
import { lookupInNamespace } from '../hold/lookup-in-namespace.js';
import { parseTarget, type Target } from '../hold/target.js';
import { noteMissing } from '../missing.js';
import { aborted } from '../stop-signal.js';
import { eventText } from '../text/event-text.js';
import { pathText } from '../text/network-text.js';
import type { Colour, Paint } from '../text/paint.js';
import { UsageError } from '../usage.js';

/** `roamkit hold`: connections that are kept, and what happens to them. */
export const holdCommand: Command = {
  name: 'hold',
  summary: 'Opens TCP connections and keeps them; prints what becomes of each when the network changes.',
  synopsis: '[--grace MS] [--policy FILE] [--netns NAME|PATH] [--json] HOST:PORT...',
  help: [
    ['HOST:PORT', 'a peer; [ADDRESS]:PORT for IPv6'],
    ['--grace MS', 'grace period of all that closes a connection (default: 100, carrier-lost 1500)'],
    [
      '--policy FILE',
      'JSON: { "REASON": { "graceMs": N, "action": "invalidate|signal|ignore" }, "rules": [...] }',
    ],
  ],
  options: { grace: { type: 'string' }, policy: { type: 'string' } },
  prepare(parsed) {
    const graceMs = parseGrace(textOption(parsed, 'grace'));
    const targets = parsed.positionals.map(parseTarget);
    if (targets.length === 0) throw new UsageError('HOST:PORT is missing');
    const policy = holdPolicy(textOption(parsed, 'policy'), graceMs);
    return (context) => hold(context, targets, policy);
  },
};

async function hold(
  context: CommandContext,
  targets: readonly Target[],
  policy: RegistryPolicy,
): Promise<ExitCode> {
  const stop = context.untilStopped();
  await using monitor = await context.startMonitor();
  monitor.ref();
  noteMissing(monitor, context);
  using registry = new ConnectionRegistry(monitor, { policy });
  const lookup = context.netns === undefined ? undefined : lookupInNamespace();
  const report = (what: HoldReport): void => {
    context.output.print({ t: monotonicNow(), ...what }, (paint) => reportText(what, paint));
  };
  const held = new Map<string, HeldConnection>();
  for (const [index, target] of targets.entries()) {
    const connection = new HeldConnection({ id: index + 1, target, monitor, registry, report, lookup });
    held.set(connection.label, connection);
  }
  for (const event of ['suspect', 'recovered', 'rerouted', 'invalidated'] as const) {
    registry.on(event, (what) => held.get(what.connection.label)?.onRegistryEvent(event, what));
  }
  let { generation } = monitor.state;
  monitor.on('batch', () => {
    const isNewPath = generation !== monitor.state.generation;
    generation = monitor.state.generation;
    for (const connection of held.values()) connection.networkChanged(isNewPath);
  });
  for (const connection of held.values()) connection.start();
  await aborted(stop);
  for (const connection of held.values()) connection.close();
  return ExitCode.fine;
}

const COLOURS: { readonly [E in HoldEvent]: Colour } = {
  connected: 'green',
  suspect: 'yellow',
  recovered: 'green',
  rerouted: 'yellow',
  invalidated: 'red',
  closed: 'red',
  reconnect: 'cyan',
};

/** A report for human eyes: `12:04:05.123  invalidated  #1 192.0.2.2:41000 -> 198.51.100.7:443  link-down  eth0`. */
function reportText({ event, connection, local, remote, reason, path }: HoldReport, paint: Paint): string {
  const ends = local === null ? remote : `${local} -> ${remote}`;
  const words = [`${paint('bold', `#${connection}`)} ${ends}`];
  if (reason !== null) words.push(paint(COLOURS[event], reason));
  if (path !== null) words.push(paint('gray', pathText(path)));
  return eventText(paint, event, COLOURS[event], words.join('  '));
}
