import { areSamePaths } from '../../core/network-diff.js';
import type {
  Address,
  DefaultPaths,
  Link,
  NetworkState,
  NetworkStatus,
  Rule,
} from '../../core/network-types.js';
import {
  carriedOver,
  findingStatus,
  overallFinding,
  type PortalFindings,
} from '../../core/portal-findings.js';
import { familyStatus, overallStatus, type StatusInput } from '../../core/status.js';
import type { ChangeKind, MonitorBatch } from './backend.js';

const NO_PATHS: DefaultPaths = Object.freeze({ 4: null, 6: null });

/** Folds batches into immutable states. Whatever a batch did not touch keeps its identity. */
export class StateBuilder {
  readonly #links = new Map<number, Link>();
  readonly #addresses = new Map<string, Address>();
  readonly #rules = new Map<string, Rule>();
  #findings: PortalFindings | null = null;
  #state: NetworkState;

  constructor(initial: MonitorBatch) {
    this.#state = Object.freeze({
      seq: 0,
      generation: 0,
      status: 'unknown',
      families: Object.freeze({ 4: 'unknown', 6: 'unknown' }),
      validated: false,
      portal: null,
      links: [],
      addresses: [],
      rules: [],
      defaultPaths: NO_PATHS,
    });
    this.apply(initial);
  }

  get state(): NetworkState {
    return this.#state;
  }

  /** What a portal detector found on the default paths as they are; `null`: there is no detector. */
  report(findings: PortalFindings | null): void {
    this.#findings = findings;
    const { links, addresses, defaultPaths } = this.#state;
    this.#state = Object.freeze({
      ...this.#state,
      ...statusOf({ links, addresses, defaultPaths }, findings),
    });
  }

  apply(batch: MonitorBatch): void {
    const previous = this.#state;
    for (const { kind, link } of batch.links) put(this.#links, kind, link.ifindex, link);
    for (const { kind, address } of batch.addresses) put(this.#addresses, kind, addressKey(address), address);
    for (const { kind, rule } of batch.rules) put(this.#rules, kind, JSON.stringify(rule), rule);
    const links = batch.links.length > 0 ? Object.freeze([...this.#links.values()]) : previous.links;
    const addresses =
      batch.addresses.length > 0 ? Object.freeze([...this.#addresses.values()]) : previous.addresses;
    const rules =
      batch.rules.length > 0 ? Object.freeze(sortRules([...this.#rules.values()])) : previous.rules;
    const defaultPaths = batch.defaultPaths ?? previous.defaultPaths;
    const isSamePath = areSamePaths(previous.defaultPaths, defaultPaths);
    if (this.#findings !== null && !isSamePath) {
      this.#findings = carriedOver(this.#findings, previous.defaultPaths, defaultPaths);
    }
    this.#state = Object.freeze({
      seq: previous.seq + 1,
      generation: isSamePath ? previous.generation : previous.generation + 1,
      ...statusOf({ links, addresses, defaultPaths }, this.#findings),
      links,
      addresses,
      rules,
      defaultPaths,
    });
  }
}

type StatusFields = Pick<NetworkState, 'status' | 'families' | 'validated' | 'portal'>;

function statusOf(input: StatusInput, findings: PortalFindings | null): StatusFields {
  const routing = { 4: familyStatus(4, input), 6: familyStatus(6, input) };
  const whole = overallStatus(routing);
  // With no detector a default route means online, but nothing has proved it.
  if (findings === null) {
    return { status: whole, families: Object.freeze(routing), validated: false, portal: null };
  }
  const status = findingStatus(overallFinding(findings), whole);
  return {
    status,
    families: Object.freeze({
      4: findingStatus(findings[4], routing[4]),
      6: findingStatus(findings[6], routing[6]),
    }),
    validated: VALIDATED.includes(status),
    portal: findings.portal,
  };
}

// What only a probe can tell. `limited` is what remains where none could.
const VALIDATED: readonly NetworkStatus[] = ['portal', 'online'];

function put<K, V>(map: Map<K, V>, kind: ChangeKind, key: K, value: V): void {
  if (kind === 'remove') map.delete(key);
  else map.set(key, value);
}

function addressKey({ ifindex, address, prefixLength, peer }: Address): string {
  return `${ifindex} ${address}/${prefixLength} ${peer}`;
}

function sortRules(rules: Rule[]): Rule[] {
  return rules.sort((a, b) => a.family - b.family || a.priority - b.priority);
}
