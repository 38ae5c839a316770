import { LONGEST_DELAY_MS } from './durations.js';
import { invalidArgument } from './errors.js';
import type { Reason } from './verdict-types.js';

/**
 * What happens to a connection once its reason stands:
 * `invalidate` closes it with an `UnroutableError`; `signal` tells, and leaves it open; `ignore` does nothing.
 */
export type PolicyAction = 'invalidate' | 'signal' | 'ignore';

/** What to do about one reason. */
export interface PolicyEntry {
  /** How long the verdict must stand before `action` follows, in milliseconds. `0` means at once. */
  readonly graceMs: number;
  readonly action: PolicyAction;
}

/** A complete policy: an entry for every reason. */
export type Policy = { readonly [R in Reason]: PolicyEntry };

/** What an application writes: only what differs from the defaults. */
export type PolicyOverrides = { readonly [R in Reason]?: Partial<PolicyEntry> };

// 100 ms outlives what DHCP clients and network managers do to a working set-up (route or address deleted and
// put back within a few milliseconds) and is still far below what a person notices.
const UNROUTABLE: PolicyEntry = Object.freeze({ graceMs: 100, action: 'invalidate' });
// Wi-Fi roaming between access points and a cable put back lose the carrier for up to about a second.
const CARRIER: PolicyEntry = Object.freeze({ graceMs: 1500, action: 'invalidate' });
// A gateway that does not answer may be back any moment, by a restart or a standby that takes over its address, and a
// TCP connection outlives that; the kernel gives up after 3 s already. So the application is told, and nothing closed.
// Who wants it closed gets a carrier's grace: a standby that took over (VRRP) makes itself known within a second or so.
const GATEWAY: PolicyEntry = Object.freeze({ graceMs: 1500, action: 'signal' });
// The application said itself how long its peer may be silent.
const SILENT: PolicyEntry = Object.freeze({ graceMs: 0, action: 'invalidate' });
// Found when two retransmissions in a row got no answer, 0.8 s after the first sending at the soonest. A gateway that took over
// or a tunnel that comes up may need a second to let packets through; meanwhile a third retransmission has its chance
// (main/registry/evidence.ts).
const STALLED: PolicyEntry = Object.freeze({ graceMs: 1000, action: 'invalidate' });
const REROUTED: PolicyEntry = Object.freeze({ graceMs: 0, action: 'signal' });

/** What holds where the application says nothing. */
export const defaultPolicy: Policy = Object.freeze({
  'link-down': UNROUTABLE,
  'carrier-lost': CARRIER,
  'source-removed': UNROUTABLE,
  'no-route': UNROUTABLE,
  unreachable: UNROUTABLE,
  prohibited: UNROUTABLE,
  blackholed: UNROUTABLE,
  'gateway-removed': UNROUTABLE,
  'gateway-unreachable': GATEWAY,
  stalled: STALLED,
  'no-proof-of-life': SILENT,
  'egress-changed': REROUTED,
  'gateway-changed': REROUTED,
});

/** The policy that results from `overrides` on top of `base`. Throws `ERR_ROAMKIT_INVALID_ARGUMENT`, naming the field. */
export function mergePolicy(base: Policy, overrides: PolicyOverrides | undefined, field = 'policy'): Policy {
  if (overrides === undefined) return base;
  if (!isPlainObject(overrides)) throw invalidArgument(field, 'must be an object');
  const merged: { [R in Reason]: PolicyEntry } = { ...base };
  for (const [reason, entry] of Object.entries(overrides)) {
    if (!isReason(reason, base)) {
      throw invalidArgument(`${field}.${reason}`, `is not a reason; one of ${Object.keys(base).join(', ')}`);
    }
    merged[reason] = mergeEntry(base[reason], entry, `${field}.${reason}`);
  }
  return Object.freeze(merged);
}

function isReason(key: string, base: Policy): key is Reason {
  return Object.hasOwn(base, key);
}

/** Whether it is an object and no list: what a policy and its parts must be. */
export function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function mergeEntry(base: PolicyEntry, entry: unknown, field: string): PolicyEntry {
  if (!isPlainObject(entry)) throw invalidArgument(field, 'must be an object');
  for (const key of Object.keys(entry)) {
    if (key !== 'graceMs' && key !== 'action')
      throw invalidArgument(`${field}.${key}`, 'is not a policy field');
  }
  const { graceMs = base.graceMs, action = base.action } = entry as Partial<PolicyEntry>;
  if (typeof graceMs !== 'number' || !(graceMs >= 0 && graceMs <= LONGEST_DELAY_MS)) {
    throw invalidArgument(
      `${field}.graceMs`,
      `must be 0 to ${LONGEST_DELAY_MS} milliseconds, not ${String(graceMs)}`,
    );
  }
  if (action !== 'invalidate' && action !== 'signal' && action !== 'ignore') {
    throw invalidArgument(`${field}.action`, `must be invalidate, signal or ignore, not ${String(action)}`);
  }
  return Object.freeze({ graceMs, action });
}
