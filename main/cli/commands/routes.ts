import type { Family, Route } from '../../../core/network-types.js';
import type { RouteFilter } from '../../monitor/backend.js';
import type { ParsedArguments } from '../arguments.js';
import { refusePositionals, textOption, wholeNumberOption } from '../arguments.js';
import type { Command, CommandContext } from '../command.js';
import { ExitCode } from '../exit-code.js';
import { missingError } from '../missing.js';
import { routeText } from '../text/network-text.js';
import { quoted } from '../text/printable.js';
import { UsageError } from '../usage.js';

const MAIN_TABLE = 254;
const NAMED_TABLES = new Map([
  ['default', 253],
  ['main', MAIN_TABLE],
  ['local', 255],
]);
const LAST_TABLE = 0xffffffff;

// Large enough that a million routes are a few thousand writes, small enough that little waits for a slow reader.
const CHUNK_CHARACTERS = 64 * 1024;

/** `roamkit routes`: the mirror's routes. */
export const routesCommand: Command = {
  name: 'routes',
  summary: "Prints the kernel's routes, one a line.",
  synopsis: '[--table N|all] [--family 4|6] [--netns NAME|PATH] [--json]',
  help: [
    ['--table N|all', 'a number, main, local, default, or all (default: main, as with ip route)'],
    ['--family 4|6', 'of this family only (default: both)'],
  ],
  options: { table: { type: 'string' }, family: { type: 'string' } },
  prepare(parsed) {
    refusePositionals(parsed);
    const filter = filterOf(parsed);
    return (context) => routes(context, filter);
  },
};

async function routes({ startMonitor, output }: CommandContext, filter: RouteFilter): Promise<ExitCode> {
  await using monitor = await startMonitor();
  if (!monitor.capabilities.routes) throw missingError('routes cannot be seen', monitor);
  let chunk = '';
  for (const route of monitor.routes(filter)) {
    chunk += output.line(routeRecord(route), (paint) => routeText(route, paint));
    if (chunk.length < CHUNK_CHARACTERS) continue;
    await output.write(chunk);
    chunk = '';
    if (output.isClosed) break;
  }
  await output.write(chunk);
  return ExitCode.fine;
}

/** Which routes are asked for. Throws {@link UsageError}. */
export function filterOf(parsed: ParsedArguments): RouteFilter {
  const table = tableOf(parsed);
  const family = familyOf(textOption(parsed, 'family'));
  return { ...(table === undefined ? {} : { table }), ...(family === undefined ? {} : { family }) };
}

function tableOf(parsed: ParsedArguments): number | undefined {
  const text = textOption(parsed, 'table');
  if (text === 'all') return undefined;
  const named = NAMED_TABLES.get(text ?? 'main');
  if (named !== undefined) return named;
  try {
    return wholeNumberOption(parsed, 'table', { least: 1, most: LAST_TABLE });
  } catch {
    const names = [...NAMED_TABLES.keys()].join(', ');
    throw new UsageError(
      `--table must be a number from 1 to ${LAST_TABLE}, all, ${names}, not ${quoted(text ?? '')}`,
    );
  }
}

function familyOf(text: string | undefined): Family | undefined {
  if (text === undefined) return undefined;
  if (text === '4') return 4;
  if (text === '6') return 6;
  throw new UsageError(`--family must be 4 or 6, not ${quoted(text)}`);
}

/** The fields in the contract's order, whatever order the addon makes them in. */
function routeRecord(route: Route): Omit<Route, 'isExpired'> {
  return {
    family: route.family,
    table: route.table,
    type: route.type,
    dst: route.dst,
    tos: route.tos,
    metric: route.metric,
    scope: route.scope,
    protocol: route.protocol,
    source: route.source,
    nexthops: route.nexthops.map(({ oif, link, gateway, weight, flags }) => ({
      oif,
      link,
      gateway,
      weight,
      flags,
    })),
    nexthopId: route.nexthopId,
    pref: route.pref,
  };
}
