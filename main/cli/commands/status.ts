import { FAMILIES } from '../../../core/families.js';
import type { Capabilities, Family, NetworkState } from '../../../core/network-types.js';
import { refusePositionals } from '../arguments.js';
import type { Command, CommandContext } from '../command.js';
import { ExitCode } from '../exit-code.js';
import { addressText, linkKind, linkStateText, pathText, statusText } from '../text/network-text.js';
import type { Paint } from '../text/paint.js';
import { printable } from '../text/printable.js';

/** `roamkit status`: the network's state now. */
export const statusCommand: Command = {
  name: 'status',
  summary: 'Prints the state of the network: status, default paths, links and their addresses.',
  synopsis: '[--netns NAME|PATH] [--json]',
  help: [],
  options: {},
  prepare(parsed) {
    refusePositionals(parsed);
    return status;
  },
};

async function status({ startMonitor, output }: CommandContext): Promise<ExitCode> {
  await using monitor = await startMonitor();
  const { state, capabilities } = monitor;
  await output.write(output.line({ ...state, capabilities }, (paint) => summary(state, capabilities, paint)));
  return ExitCode.fine;
}

/** The state for human eyes. */
export function summary(state: NetworkState, capabilities: Capabilities, paint: Paint): string {
  const proof = state.validated ? 'validated' : 'not validated';
  const details = `${proof}, generation ${state.generation}, ${capabilities.backend}`;
  return [
    `${paint('bold', statusText(state.status, paint))}  ${paint('gray', details)}`,
    '',
    ...FAMILIES.map((family) => familyLine(state, family, paint)),
    '',
    ...linkLines(state, paint),
    ...missingLines(capabilities, paint),
  ].join('\n');
}

const FAMILY_STATUS_WIDTH = 'offline'.length;

function familyLine({ families, defaultPaths }: NetworkState, family: Family, paint: Paint): string {
  const status = families[family];
  const path = defaultPaths[family];
  const padding = ' '.repeat(FAMILY_STATUS_WIDTH - status.length);
  const text = path === null ? paint('gray', 'no default path') : pathText(path);
  const source = path?.source == null ? '' : `  source ${path.source}`;
  return `IPv${family}  ${statusText(status, paint)}${padding}  ${text}${source}`;
}

function linkLines({ links, addresses }: NetworkState, paint: Paint): string[] {
  const rows = links.map((link) => ({
    link,
    name: printable(link.name),
    kind: linkKind(link),
    addresses: addresses.filter(({ ifindex }) => ifindex === link.ifindex).map(addressText),
  }));
  const nameWidth = Math.max(0, ...rows.map(({ name }) => name.length));
  const kindWidth = Math.max(0, ...rows.map(({ kind }) => kind.length));
  return rows.map(({ link, name, kind, addresses: texts }) =>
    [
      paint('bold', name.padEnd(nameWidth)),
      paint('gray', kind.padEnd(kindWidth)),
      linkStateText(link, paint, 'no carrier'.length),
      ...texts,
    ]
      .join('  ')
      .trimEnd(),
  );
}

function missingLines({ missing }: Capabilities, paint: Paint): string[] {
  return missing.length === 0 ? [] : ['', ...missing.map((what) => `${paint('yellow', 'missing')}  ${what}`)];
}
