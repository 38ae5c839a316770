import { invalidArgument } from '../../core/errors.js';
import type { LookupOptions } from '../../core/network-types.js';

type Check = readonly [isValid: (value: unknown) => boolean, must: string];

const wholeNumber = (least: number, most: number): Check => [
  (value) => Number.isInteger(value) && Number(value) >= least && Number(value) <= most,
  `must be a whole number from ${least} to ${most}`,
];
const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
const isIn = ([isValid]: Check, value: unknown): boolean => isValid(value);

const IFINDEX = wholeNumber(1, 0x7fffffff);
const PROTOCOL = wholeNumber(1, 255);
const PROTOCOL_NAMES: readonly unknown[] = ['tcp', 'udp', 'icmp'];
const PORT = wholeNumber(1, 0xffff);

const CHECKS: { readonly [Option in keyof Required<LookupOptions>]: Check } = {
  source: [isText, 'must be an IP address'],
  oif: [
    (value) => isText(value) || isIn(IFINDEX, value),
    "must be a link's ifindex (a positive number) or its name",
  ],
  mark: wholeNumber(0, 0xffffffff),
  // The last one stands for "no user" (uid_valid in the kernel's uidgid.h).
  uid: wholeNumber(0, 0xfffffffe),
  tos: wholeNumber(0, 255),
  protocol: [
    (value) => PROTOCOL_NAMES.includes(value) || isIn(PROTOCOL, value),
    "must be 'tcp', 'udp', 'icmp' or a number from 1 to 255",
  ],
  sourcePort: PORT,
  destinationPort: PORT,
};
const NAMES = Object.keys(CHECKS) as readonly (keyof LookupOptions)[];

/** No options, and known to be none: there is nothing to check or to read. */
export const NO_OPTIONS: LookupOptions = Object.freeze({});

/** Throws `ERR_ROAMKIT_INVALID_ARGUMENT`, naming the option, on one that cannot be meant. */
export function checkLookupOptions(options: LookupOptions): void {
  if (typeof options !== 'object' || options === null) throw invalidArgument('options', 'must be an object');
  if (options === NO_OPTIONS) return;
  for (const name of NAMES) {
    const value: unknown = options[name];
    if (value === undefined) continue;
    const [isValid, must] = CHECKS[name];
    if (!isValid(value)) throw invalidArgument(name, `${must}, not ${shown(value)}`);
  }
}

// What RTM_GETROUTE takes for a protocol (rtm_getroute_parse_ip_proto).
const ASKABLE = { 4: [6, 17, 1], 6: [6, 17, 58] } as const;

/** Throws `ERR_ROAMKIT_INVALID_ARGUMENT` on a protocol that the kernel refuses to answer about. */
export function checkAskableProtocol(destination: string, { protocol }: LookupOptions): void {
  if (typeof protocol !== 'number') return;
  const family = destination.includes(':') ? 6 : 4;
  const askable: readonly number[] = ASKABLE[family];
  if (askable.includes(protocol)) return;
  throw invalidArgument(
    'protocol',
    `for IPv${family} the kernel answers about ${askable.join(', ')} only, not ${protocol}`,
  );
}

function shown(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : String(value);
}
