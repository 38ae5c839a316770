import { isIP } from 'node:net';
import type { DownloadItem } from 'electron';
import type { Clock } from '../../../core/reconnect/clock.js';
import type { ReconnectAttempt } from '../../../core/reconnect/reconnect-attempt.js';
import type { ReconnectSource } from '../../../core/reconnect/reconnect-source.js';
import { Reconnector } from '../../../core/reconnect/reconnector.js';
import { parsedUrl, withoutBrackets } from '../../urls.js';

/** What is used of a session to follow its downloads. */
export interface DownloadingSession {
  on(event: 'will-download', listener: (event: unknown, item: DownloadItem) => void): unknown;
  off(event: 'will-download', listener: (event: unknown, item: DownloadItem) => void): unknown;
}

/** What {@link resumeDownloads} needs from around it. */
export interface DownloadsContext {
  /** The way to an address, or to the internet where none is known. */
  readonly networkTo: (address: string | null) => ReconnectSource & Disposable;
  readonly clock: Clock;
  /** 0 to 1. */
  readonly random: () => number;
}

// With the default delays that is some minutes of a server that fails: whoever is not back by then has other troubles than
// the network. A new generation counts anew.
const MOST_FAILURES = 10;

/** Has a session's interrupted downloads go on when there is a path. Returns what ends that, for those under way too. */
export function resumeDownloads(session: DownloadingSession, context: DownloadsContext): () => void {
  const followed = new Set<FollowedDownload>();
  const started = (_event: unknown, item: DownloadItem): void => {
    const download = new FollowedDownload(item, context, () => followed.delete(download));
    followed.add(download);
  };
  session.on('will-download', started);
  return () => {
    session.off('will-download', started);
    for (const download of [...followed]) download.close();
  };
}

/** One download, from its start to its end: a connection that is lost whenever it is interrupted. */
class FollowedDownload {
  readonly #item: DownloadItem;
  readonly #network: ReconnectSource & Disposable;
  readonly #reconnector: Reconnector;
  readonly #onClose: () => void;
  readonly #unsubscribe: () => void;
  #attempt: ReconnectAttempt | null = null;
  #receivedBytes = 0;
  /** The generation that has seen too many failures. */
  #givenUpIn: number | null = null;

  constructor(item: DownloadItem, { networkTo, clock, random }: DownloadsContext, onClose: () => void) {
    const network = networkTo(addressIn(item.getURL()));
    this.#item = item;
    this.#network = network;
    this.#onClose = onClose;
    this.#reconnector = new Reconnector({
      network,
      clock,
      random,
      attempt: (attempt) => this.#resume(attempt),
      // How an attempt went is told by the download itself.
      attemptTimeoutMs: Number.POSITIVE_INFINITY,
      // A download that goes on over a path that is not the best any more goes on.
      isAffected: () => false,
    });
    item.on('updated', this.#updated);
    item.once('done', this.#done);
    this.#unsubscribe = network.subscribe(({ generation }) => {
      if (this.#givenUpIn !== null && generation > this.#givenUpIn) this.#start();
    });
  }

  close(): void {
    this.#item.off('updated', this.#updated);
    this.#item.off('done', this.#done);
    this.#unsubscribe();
    this.#reconnector.close();
    this.#network[Symbol.dispose]();
    this.#onClose();
  }

  readonly #done = (): void => this.close();

  readonly #updated = (_event: unknown, state: 'progressing' | 'interrupted'): void => {
    const receivedBytes = this.#item.getReceivedBytes();
    if (state === 'interrupted') this.#interrupted();
    else if (receivedBytes > 0 && receivedBytes !== this.#receivedBytes) this.#attempt?.succeeded();
    this.#receivedBytes = receivedBytes;
  };

  #interrupted(): void {
    const attempt = this.#attempt;
    this.#attempt = null;
    attempt?.failed(); // no effect once it has succeeded
    attempt?.lost('peer'); // no effect before
    // The first time, and where somebody else resumed it after we had given up.
    if (this.#reconnector.state === 'idle' || this.#reconnector.state === 'failed') this.#start();
  }

  #start(): void {
    this.#givenUpIn = null;
    this.#reconnector.start();
  }

  #resume(attempt: ReconnectAttempt): void {
    const item = this.#item;
    this.#attempt = attempt;
    // Somebody else has resumed it, or an attempt for an older generation is still under way: its events tell.
    if (item.getState() !== 'interrupted') return;
    const isExhausted = this.#reconnector.failures >= MOST_FAILURES;
    if (isExhausted) this.#givenUpIn = attempt.generation;
    if (isExhausted || item.isPaused() || !item.canResume()) attempt.failed({ retry: false });
    else item.resume();
  }
}

/** The IP address that a URL names, else `null`. */
function addressIn(url: string): string | null {
  const host = withoutBrackets(parsedUrl(url)?.hostname ?? '');
  return isIP(host) === 0 ? null : host;
}
