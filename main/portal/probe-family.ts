import type { Family, Path } from '../../core/network-types.js';
import type { PortalDiscovery } from '../../core/portal-types.js';
import { failureOf, type PortalAttempt } from './attempt.js';
import { mayHaveFamily, type PortalEndpoint } from './endpoints.js';
import { bodyBytesFor, type Judgement, judgeAnswer } from './judge-answer.js';
import { retryAfterMs } from './retry-after.js';
import { type RequestMeans, timedRequest } from './timed-request.js';

/** How a portal showed itself to a probe. */
interface PortalEvidence {
  readonly foundBy: PortalDiscovery;
  readonly url: string;
}

/** What the endpoints say of one family's way to the internet. */
export interface FamilyProbe {
  /** `untested`: no endpoint can be asked over this family. */
  readonly finding: 'online' | 'portal' | 'limited' | 'untested';
  /** Of a portal, else `null`. */
  readonly evidence: PortalEvidence | null;
  /** How long a server asked to be left alone, or `null`. */
  readonly retryAfterMs: number | null;
}

/** What a family's endpoints are asked with. */
export interface ProbeMeans extends RequestMeans {
  readonly endpoints: readonly PortalEndpoint[];
  /** Milliseconds since the epoch. */
  readonly wallNow: () => number;
  /** Told of each request once it is over. */
  readonly onAttempt: (attempt: PortalAttempt) => void;
}

// The same for every application, so that it tells none from the other; some portals answer nothing without an agent.
const HEADERS = {
  accept: '*/*',
  'accept-encoding': 'identity',
  'cache-control': 'no-cache',
  pragma: 'no-cache',
  connection: 'close',
  'user-agent': 'Mozilla/5.0',
} as const;

/**
 * Asks the endpoints in turn over one family, from the path's source address, until one says what there is: one request at a
 * time. Rejects only when `signal` aborts.
 */
export async function probeFamily(
  means: ProbeMeans,
  family: Family,
  { source }: Path,
  signal: AbortSignal,
): Promise<FamilyProbe> {
  let weak: PortalEvidence | null = null;
  let longestRetryMs: number | null = null;
  let isAnyAsked = false;
  for (const endpoint of means.endpoints) {
    const url = new URL(endpoint.url);
    if (!mayHaveFamily(url, family)) continue;
    isAnyAsked = true;
    const { judgement, retryMs } = await ask(means, endpoint, { family, source, url }, signal);
    signal.throwIfAborted();
    if (retryMs !== null) longestRetryMs = Math.max(longestRetryMs ?? 0, retryMs);
    if (judgement.says === 'online') return { finding: 'online', evidence: null, retryAfterMs: null };
    if (judgement.says === 'nothing') continue;
    const { foundBy, url: portalUrl, isWeak } = judgement;
    const evidence = { foundBy, url: portalUrl };
    if (!isWeak) return { finding: 'portal', evidence, retryAfterMs: longestRetryMs };
    weak ??= evidence;
  }
  if (weak !== null) return { finding: 'portal', evidence: weak, retryAfterMs: longestRetryMs };
  return {
    finding: isAnyAsked ? 'limited' : 'untested',
    evidence: null,
    retryAfterMs: longestRetryMs,
  };
}

interface Target {
  readonly family: Family;
  readonly source: string | null;
  readonly url: URL;
}

async function ask(
  means: ProbeMeans,
  endpoint: PortalEndpoint,
  { family, source, url }: Target,
  signal: AbortSignal,
): Promise<{ readonly judgement: Judgement; readonly retryMs: number | null }> {
  const { clock, wallNow, onAttempt } = means;
  const startedAt = clock.now();
  const note = (rest: Pick<PortalAttempt, 'outcome' | 'status' | 'remoteAddress' | 'error'>, isTls = false) =>
    onAttempt({
      family,
      url: endpoint.url,
      purpose: 'probe',
      ...rest,
      isTlsIntercepted: isTls,
      durationMs: clock.now() - startedAt,
    });
  try {
    const request = { url, family, source, headers: HEADERS, mostBodyBytes: bodyBytesFor(endpoint) };
    const answer = await timedRequest(means, request, signal);
    const judgement = judgeAnswer(endpoint, answer);
    const { status, remoteAddress, headers } = answer;
    const isNothing = judgement.says === 'nothing';
    note({
      outcome: isNothing ? 'none' : judgement.says,
      status,
      remoteAddress,
      error: isNothing ? judgement.why : null,
    });
    return { judgement, retryMs: retryAfterMs(headers['retry-after'], wallNow()) };
  } catch (cause) {
    // Cancelled, and not the request's own fault: the caller sees to that.
    const { error, isTlsIntercepted } = failureOf(cause);
    if (!signal.aborted) {
      note({ outcome: 'none', status: null, remoteAddress: null, error }, isTlsIntercepted);
    }
    return { judgement: { says: 'nothing', why: error }, retryMs: null };
  }
}
