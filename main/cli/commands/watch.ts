import type { NetworkState, Path } from '../../../core/network-types.js';
import { bridgeToBus } from '../../bus/bridge-to-bus.js';
import { SystemBus } from '../../bus/system-bus.js';
import type { ChangeKind } from '../../monitor/backend.js';
import { monotonicNow } from '../../monitor/monotonic-time.js';
import type { NetworkMonitor } from '../../monitor/network-monitor.js';
import { refusePositionals } from '../arguments.js';
import type { Command, CommandContext } from '../command.js';
import { ExitCode } from '../exit-code.js';
import { noteMissing } from '../missing.js';
import type { Output } from '../output.js';
import { aborted } from '../stop-signal.js';
import { eventText } from '../text/event-text.js';
import {
  addressText,
  linkKind,
  linkStateText,
  pathText,
  routeText,
  ruleText,
  statusText,
} from '../text/network-text.js';
import type { Colour, Paint } from '../text/paint.js';
import { printable } from '../text/printable.js';

/** `roamkit watch`: every change of the network, as it happens. */
export const watchCommand: Command = {
  name: 'watch',
  summary: 'Prints the state, then every change of links, addresses, rules, routes and default paths.',
  synopsis: '[--netns NAME|PATH] [--json]',
  help: [],
  options: {},
  prepare(parsed) {
    refusePositionals(parsed);
    return watch;
  },
};

async function watch(context: CommandContext): Promise<ExitCode> {
  const stop = context.untilStopped();
  await using monitor = await context.startMonitor();
  monitor.ref();
  noteMissing(monitor, context);
  const { output } = context;
  const { state } = monitor;
  output.print({ t: monotonicNow(), event: 'ready', state }, (paint) =>
    eventText(paint, 'ready', 'bold', stateText(state, paint)),
  );
  printEvents(monitor, output);
  const bus = new SystemBus();
  using _bridge = bridgeToBus(bus, { monitor });
  printMessages(bus, output);
  await aborted(stop);
  return ExitCode.fine;
}

function printEvents(monitor: NetworkMonitor, output: Output): void {
  const print = (event: string, fields: object, colour: Colour, what: (paint: Paint) => string): void => {
    // `received` is when the monitor's thread read the kernel's message; the difference is our own latency.
    output.print({ t: monotonicNow(), event, ...fields, received: monitor.receivedAt }, (paint) =>
      eventText(paint, event, colour, what(paint)),
    );
  };
  monitor.on('link', ({ kind, link }) => {
    const text = (paint: Paint) => `${printable(link.name)} ${linkKind(link)} ${linkStateText(link, paint)}`;
    print('link', { kind, link }, 'cyan', (paint) => marked(kind, paint, text(paint)));
  });
  monitor.on('address', ({ kind, address }) => {
    const text = () => `${addressText(address)} dev ${linkName(monitor.state, address.ifindex)}`;
    print('address', { kind, address }, 'cyan', (paint) => marked(kind, paint, text()));
  });
  monitor.on('rule', ({ kind, rule }) => {
    print('rule', { kind, rule }, 'cyan', (paint) => marked(kind, paint, ruleText(rule)));
  });
  monitor.on('route', ({ kind, route }) => {
    print('route', { kind, route }, 'cyan', (paint) => marked(kind, paint, routeText(route, paint)));
  });
  monitor.on('gateway', ({ family, from, to }) => {
    print('gateway', { family, from, to }, 'yellow', () => `IPv${family} ${gatewayText(from, to)}`);
  });
  monitor.on('portal', ({ ifindex, link, uri, router }) => {
    print('portal', { ifindex, link, uri, router }, 'yellow', () =>
      printable(`${uri}  dev ${link} from ${router}`),
    );
  });
  monitor.on('resync', () => {
    print('resync', { omittedRoutes: 0 }, 'yellow', () => 'messages were lost; read anew');
  });
  monitor.on('batch', ({ omittedRoutes }) => {
    // Without a word, whoever follows the routes by these lines would believe to have them all.
    if (omittedRoutes === 0) return;
    print('resync', { omittedRoutes }, 'yellow', () => `${omittedRoutes} more route changes, not listed`);
  });
  monitor.on('change', ({ next, summary, statusChanged, generationChanged, families, defaultPathLost }) => {
    const { status, validated, generation, defaultPaths } = next;
    const fields = {
      summary,
      status,
      validated,
      generation,
      statusChanged,
      generationChanged,
      families,
      defaultPathLost,
      defaultPaths,
    };
    print('change', fields, 'bold', (paint) => `${statusText(status, paint)}  ${printable(summary)}`);
  });
}

// What a subscriber of the application's bus would hear of the same changes, conflated as there (docs/bus.md).
function printMessages(bus: SystemBus, output: Output): void {
  for (const of of ['network', 'system-state'] as const) {
    bus.subscribe(of, (message) => {
      output.print({ t: monotonicNow(), event: 'bus', class: of, message }, (paint) =>
        eventText(paint, 'bus', 'gray', `${of} ${printable(JSON.stringify(message))}`),
      );
    });
  }
}

function gatewayText(from: Path | null, to: Path | null): string {
  const isSourceOnly = from?.oif === to?.oif && from?.gateway === to?.gateway;
  if (!isSourceOnly) return `${pathText(from)} -> ${pathText(to)}`;
  return `${pathText(to)}  source ${from?.source ?? 'none'} -> ${to?.source ?? 'none'}`;
}

const MARKS: { readonly [K in ChangeKind]: readonly [mark: string, colour: Colour] } = {
  add: ['+', 'green'],
  change: ['~', 'yellow'],
  remove: ['-', 'red'],
};

function marked(kind: ChangeKind, paint: Paint, text: string): string {
  const [mark, colour] = MARKS[kind];
  return `${paint(colour, mark)} ${text}`;
}

function stateText(
  { status, generation, defaultPaths, links, addresses }: NetworkState,
  paint: Paint,
): string {
  return [
    statusText(status, paint),
    `generation ${generation}`,
    `IPv4 ${pathText(defaultPaths[4])}`,
    `IPv6 ${pathText(defaultPaths[6])}`,
    paint('gray', `${links.length} links, ${addresses.length} addresses`),
  ].join('  ');
}

function linkName(state: NetworkState, ifindex: number): string {
  return printable(state.links.find((link) => link.ifindex === ifindex)?.name ?? `#${ifindex}`);
}
