import { invalidArgument } from '../../../core/errors.js';
import {
  defaultPolicy,
  isPlainObject,
  mergePolicy,
  type Policy,
  type PolicyOverrides,
} from '../../../core/policy.js';
import type { PeerTest } from './host-pattern.js';
import type { Peer } from './peer.js';
import { type PeerPatterns, peerTests } from './peer-tests.js';

/** A policy for some peers; at least one of `hosts` and `ports` is given, and a peer must match each that is. */
export interface PolicyRule extends PeerPatterns {
  /** What differs from the rest of the registry's policy, for these peers. */
  readonly policy: PolicyOverrides;
}

/** What an application writes for all its connections: what differs from `defaultPolicy`, and rules for some peers. */
export type RegistryPolicy = PolicyOverrides & {
  /** The first that matches a connection counts, and goes before the rest of this policy. */
  readonly rules?: readonly PolicyRule[];
};

interface ReadRule {
  readonly tests: readonly PeerTest[];
  readonly policy: Policy;
}

/** A {@link RegistryPolicy}, read: which policy a peer's connections have. */
export class PolicyTable {
  readonly #base: Policy;
  readonly #rules: readonly ReadRule[];

  /** Throws `ERR_ROAMKIT_INVALID_ARGUMENT`, naming the field, as in `policy.rules[2].hosts[0]`. */
  constructor(policy: RegistryPolicy = {}, field = 'policy') {
    if (!isPlainObject(policy)) throw invalidArgument(field, 'must be an object');
    const { rules = [], ...overrides } = policy;
    if (!Array.isArray(rules)) throw invalidArgument(`${field}.rules`, 'must be a list');
    this.#base = mergePolicy(defaultPolicy, overrides, field);
    this.#rules = rules.map((rule: unknown, index) => readRule(this.#base, rule, `${field}.rules[${index}]`));
  }

  policyFor(peer: Peer): Policy {
    const rule = this.#rules.find(({ tests }) => tests.every((test) => test(peer)));
    return rule?.policy ?? this.#base;
  }
}

function readRule(base: Policy, rule: unknown, field: string): ReadRule {
  if (!isPlainObject(rule)) throw invalidArgument(field, 'must be an object');
  const { hosts, ports, policy, ...rest } = rule as Partial<Record<keyof PolicyRule, unknown>>;
  const [unknownField] = Object.keys(rest);
  if (unknownField !== undefined) {
    throw invalidArgument(`${field}.${unknownField}`, "is not a rule's field; one of hosts, ports, policy");
  }
  if (hosts === undefined && ports === undefined) throw invalidArgument(field, 'must have hosts or ports');
  if (policy === undefined) throw invalidArgument(`${field}.policy`, 'is missing');
  const tests = peerTests({ hosts, ports }, `${field}.`);
  return { tests, policy: mergePolicy(base, policy as PolicyOverrides, `${field}.policy`) };
}
