import { getRoamkit } from './get-roamkit.js';
import { hasDefaultPath, JITTER_MS } from './page-network.js';
import { doubtOver } from './path-doubt.js';
import { PathLostError } from './path-lost-error.js';
import { pathTo } from './path-signals.js';

// RFC 9110 section 9.2.2, without those that a page may not send.
const IDEMPOTENT = /^(GET|HEAD|OPTIONS|PUT|DELETE)$/i;

/** What `roamingFetch` does besides `fetch`. */
export interface RoamingRequestInit extends RequestInit {
  /**
   * Whether a request whose path died before its answer began is put once more, over the path there is then. Default: where that
   * does no harm, which is where the method is idempotent and the body no stream.
   */
  readonly retry?: boolean;
}

/**
 * `fetch` that does not wait for an answer that cannot come: when the path that the request took is dead it is aborted at once
 * and, where that does no harm, put once more over the path there is now. Else it rejects with a {@link PathLostError}; the body
 * of an answer that had begun ends with an error too.
 *
 * ```ts
 * const response = await roamingFetch('https://api.example.com/messages');
 * ```
 *
 * All else is as with `fetch`. An error of its own comes once the main process has said that it does not doubt the path: after one
 * message there and back.
 * @throws PathLostError (rejects) when the path was lost and the request is not, or not again, to be repeated.
 */
export async function roamingFetch(
  input: RequestInfo | URL,
  { retry, ...init }: RoamingRequestInit = {},
): Promise<Response> {
  const request = input instanceof Request ? input : null;
  const own = init.signal ?? request?.signal;
  const put = async (): Promise<Response> => {
    const path = pathTo(request?.url ?? String(input));
    if (path === null) return fetch(input, init);
    const signal = own ? either(own, path.signal) : path.signal;
    try {
      return await fetch(input, { ...init, signal });
    } catch (error) {
      // The browser may find out first, or hear first that the main process has ended the socket, and says only that it failed.
      if (error instanceof TypeError) await doubtOver(path.watch, signal);
      throw signal.aborted ? signal.reason : error;
    }
  };
  const isOnce = request?.body != null || init.body instanceof ReadableStream;
  const isRepeated = retry ?? IDEMPOTENT.test(init.method ?? request?.method ?? 'GET');
  try {
    return await put();
  } catch (error) {
    if (!(error instanceof PathLostError) || isOnce || !isRepeated) throw error;
    if (!hasDefaultPath(getRoamkit().getSnapshot())) throw error;
  }
  await new Promise((resolve) => setTimeout(resolve, Math.random() * JITTER_MS));
  return put();
}

function either(one: AbortSignal, other: AbortSignal): AbortSignal {
  // Chrome 116 has it; Electron 25 is Chrome 114.
  if (typeof AbortSignal.any === 'function') return AbortSignal.any([one, other]);
  const both = new AbortController();
  for (const signal of [one, other]) {
    if (signal.aborted) both.abort(signal.reason);
    else signal.addEventListener('abort', () => both.abort(signal.reason), { signal: both.signal });
  }
  return both.signal;
}
