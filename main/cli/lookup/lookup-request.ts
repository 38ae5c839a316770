import type { ParseArgsConfig } from 'node:util';
import type { Family, LookupOptions, NetworkState } from '../../../core/network-types.js';
import { familyOfLiteral, type ParsedArguments, textOption, wholeNumberOption } from '../arguments.js';
import { quoted } from '../text/printable.js';
import { UsageError } from '../usage.js';

type Answerer = 'mirror' | 'kernel' | 'both';

/** What `roamkit lookup` was asked. */
export interface LookupRequest {
  readonly answerer: Answerer;
  /** All but the link, whose index the monitor has to tell. */
  readonly options: Omit<LookupOptions, 'oif'>;
  /** A link's name, or its index. */
  readonly oif: string | undefined;
  /** Addresses, and `-` for those on stdin. */
  readonly destinations: readonly string[];
}

export const LOOKUP_OPTIONS: NonNullable<ParseArgsConfig['options']> = {
  from: { type: 'string' },
  oif: { type: 'string' },
  mark: { type: 'string' },
  uid: { type: 'string' },
  tos: { type: 'string' },
  proto: { type: 'string' },
  sport: { type: 'string' },
  dport: { type: 'string' },
  kernel: { type: 'boolean' },
  both: { type: 'boolean' },
};

const PORTS = { least: 1, most: 0xffff };

/** What is asked for. Throws {@link UsageError}. */
export function lookupRequest(parsed: ParsedArguments): LookupRequest {
  const { values, positionals } = parsed;
  if (values['kernel'] === true && values['both'] === true) {
    throw new UsageError('--kernel and --both exclude each other');
  }
  const options = withoutUndefined({
    source: textOption(parsed, 'from'),
    mark: wholeNumberOption(parsed, 'mark', { least: 0, most: 0xffffffff }),
    uid: wholeNumberOption(parsed, 'uid', { least: 0, most: 0xfffffffe }),
    tos: wholeNumberOption(parsed, 'tos', { least: 0, most: 255 }),
    protocol: protocolOption(parsed),
    sourcePort: wholeNumberOption(parsed, 'sport', PORTS),
    destinationPort: wholeNumberOption(parsed, 'dport', PORTS),
  });
  if (options.source !== undefined) familyOfLiteral(options.source, '--from: ');
  if (positionals.length === 0) throw new UsageError('a destination is missing');
  const check = destinationCheck(options.source);
  for (const destination of positionals) if (destination !== '-') check(destination);
  return {
    answerer: values['both'] === true ? 'both' : values['kernel'] === true ? 'kernel' : 'mirror',
    options,
    oif: textOption(parsed, 'oif'),
    destinations: positionals,
  };
}

/** Makes a check of one destination, which throws {@link UsageError}. */
export function destinationCheck(source: string | undefined): (destination: string) => void {
  const sourceFamily: Family | undefined = source === undefined ? undefined : familyOfLiteral(source);
  return (destination) => {
    const family = familyOfLiteral(destination);
    if (sourceFamily === undefined || source === undefined || family === sourceFamily) return;
    throw new UsageError(`${quoted(destination)} and --from ${source} are of different families`);
  };
}

/** The request's options, with the link's index. Throws {@link UsageError} where there is no such link. */
export function lookupOptions(
  { options, oif }: LookupRequest,
  { links }: Pick<NetworkState, 'links'>,
): LookupOptions {
  if (oif === undefined) return options;
  const link = links.find(({ name }) => name === oif) ?? links.find(({ ifindex }) => String(ifindex) === oif);
  if (link === undefined) throw new UsageError(`--oif: there is no link ${quoted(oif)}`);
  return { ...options, oif: link.ifindex };
}

function protocolOption(parsed: ParsedArguments): LookupOptions['protocol'] {
  const text = textOption(parsed, 'proto');
  if (text === undefined || text === 'tcp' || text === 'udp' || text === 'icmp') return text;
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1 && number <= 255) return number;
  throw new UsageError(`--proto must be tcp, udp, icmp or a number from 1 to 255, not ${quoted(text)}`);
}

type Given<T> = { -readonly [K in keyof T]?: Exclude<T[K], undefined> };

function withoutUndefined<T extends object>(values: T): Given<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Given<T>;
}
