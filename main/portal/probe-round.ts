import { FAMILIES } from '../../core/families.js';
import type { DefaultPaths, Family } from '../../core/network-types.js';
import type { PortalFindings } from '../../core/portal-findings.js';
import { askApi } from './capport-api.js';
import { type ApiAnswer, composeFindings, type RoundProgress } from './compose-findings.js';
import { type FamilyProbe, type ProbeMeans, probeFamily } from './probe-family.js';

/** A captive-portal API to ask, and the families that it speaks for. */
export interface RoundApi extends Pick<ApiAnswer, 'foundBy' | 'families'> {
  readonly url: URL;
}

/** What a round begins with. */
export interface RoundStart {
  readonly means: ProbeMeans;
  readonly generation: number;
  readonly paths: DefaultPaths;
  /** What is known of these paths. */
  readonly known: PortalFindings;
  readonly api: RoundApi | null;
  /** Opened where nothing tells the portal's own URL. */
  readonly fallbackUrl: string;
}

// How long a portal in front of one family waits for the other family's answer before it is announced: enough for one that
// works, and too short for people to notice.
const PATIENCE_MS = 300;

/**
 * One look at the network: both families' endpoints at once, and the network's API. Once cancelled it tells nothing any more,
 * whatever is still answered.
 */
export class ProbeRound {
  /** Resolves once all is answered, or the round is cancelled. Never rejects. */
  readonly done: Promise<void>;
  readonly startedAt: number;
  readonly #start: RoundStart;
  readonly #tell: (findings: PortalFindings) => void;
  readonly #controller = new AbortController();
  readonly #probes: { 4: FamilyProbe | null; 6: FamilyProbe | null } = { 4: null, 6: null };
  #api: RoundProgress['api'];
  #isPatienceOver = false;
  #cancelPatience: () => void = () => {};

  /** `tell` is called with the findings whenever an answer came. */
  constructor(start: RoundStart, tell: (findings: PortalFindings) => void) {
    this.#start = start;
    this.#tell = tell;
    this.#api = start.api === null ? null : { pending: start.api.families };
    this.startedAt = start.means.clock.now();
    this.done = this.#run();
  }

  /** How long a server asked to be left alone, in milliseconds, or `null`. */
  get retryAfterMs(): number | null {
    const asked = FAMILIES.map((family) => this.#probes[family]?.retryAfterMs ?? 0);
    return Math.max(...asked) || null;
  }

  /** Ends it, with all its requests. Idempotent. */
  cancel(): void {
    this.#controller.abort(new Error('cancelled'));
    this.#cancelPatience();
  }

  async #run(): Promise<void> {
    const { paths } = this.#start;
    await Promise.all([...FAMILIES.map((family) => this.#probe(family, paths)), this.#askApi(paths)]);
    this.#cancelPatience();
  }

  async #probe(family: Family, paths: DefaultPaths): Promise<void> {
    const { [family]: path } = paths;
    const { signal } = this.#controller;
    if (path === null) return;
    const probe = await probeFamily(this.#start.means, family, path, signal).catch(() => null);
    if (signal.aborted || probe === null) return;
    this.#probes[family] = probe;
    if (probe.finding === 'portal') this.#beginPatience();
    this.#progress();
  }

  async #askApi(paths: DefaultPaths): Promise<void> {
    const { api, means } = this.#start;
    const { signal } = this.#controller;
    if (api === null) return;
    let answer: ApiAnswer | null = null;
    // Its host may have addresses of one family only.
    for (const family of api.families) {
      const status = await askApi(means, api.url, { family, source: paths[family]?.source ?? null }, signal);
      if (signal.aborted) return;
      if (status === null) continue;
      const { foundBy, families } = api;
      answer = { status, foundBy, families, answeredAt: means.wallNow() };
      break;
    }
    this.#api = answer;
    this.#progress();
  }

  #beginPatience(): void {
    if (this.#isPatienceOver) return;
    this.#cancelPatience();
    this.#cancelPatience = this.#start.means.clock.after(PATIENCE_MS, () => {
      this.#isPatienceOver = true;
      this.#progress();
    });
  }

  #progress(): void {
    const { generation, known, fallbackUrl } = this.#start;
    this.#tell(
      composeFindings({
        generation,
        known,
        fallbackUrl,
        probes: this.#probes,
        api: this.#api,
        isPatienceOver: this.#isPatienceOver,
      }),
    );
  }
}
