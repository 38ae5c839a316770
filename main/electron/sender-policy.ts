import { invalidArgument } from '../../core/errors.js';
import type { RefusalReason } from '../../ipc/messages.js';
import { parsedUrl } from '../urls.js';

/** What is looked at of Electron's `WebFrameMain`. Any access may throw once the frame is gone. */
export interface SenderFrame {
  readonly origin: string;
  readonly parent: unknown;
  readonly top: { readonly origin: string } | null;
  readonly processId: number;
  readonly routingId: number;
}

/** What is looked at of an IPC event. */
export interface SenderEvent {
  readonly processId: number;
  readonly frameId: number;
  readonly senderFrame: SenderFrame | null;
  readonly sender: { isDestroyed(): boolean };
}

/** Who may use roamkit. */
export interface SenderPolicy {
  readonly isAllowedOrigin: (origin: string) => boolean;
  readonly allowSubframes: boolean;
}

// Where development servers are. Only for applications that are not packaged: on a user's machine, anything may listen there.
const LOOPBACK = /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

const SCHEME = /^[a-z][a-z0-9+.-]*:$/;

/**
 * The check for `allowedOrigins`; RoamkitOptions says what it means. Opaque origins (`null`: sandboxed frames, `data:`
 * URLs, schemes that are not registered as `standard`) are never allowed.
 * @throws RoamkitError `ERR_ROAMKIT_INVALID_ARGUMENT` on an entry that is no origin.
 */
export function originCheck(
  allowedOrigins: readonly string[] | undefined,
  isPackaged: boolean,
): (origin: string) => boolean {
  if (allowedOrigins === undefined) {
    return (origin) => origin === 'file://' || (!isPackaged && LOOPBACK.test(origin));
  }
  const entries = allowedOrigins.map((entry, index) => parseEntry(entry, `allowedOrigins[${index}]`));
  const schemes = entries.filter((entry) => entry.endsWith('://'));
  const origins = new Set(entries);
  return (origin) => origins.has(origin) || schemes.some((scheme) => origin.startsWith(scheme));
}

/** Why the sender of an event may not be answered, or `null` where it may. Never throws. */
export function checkSender(event: SenderEvent, policy: SenderPolicy): RefusalReason | null {
  try {
    const { sender, senderFrame, processId, frameId } = event;
    if (sender.isDestroyed() || senderFrame === null) return 'sender';
    // A page that is being left can still send while `senderFrame` shows its successor (electron PR 43473): its
    // origin must not be taken for the sender's.
    if (senderFrame.processId !== processId || senderFrame.routingId !== frameId) return 'sender';
    return checkFrame(senderFrame, policy);
  } catch {
    return 'sender';
  }
}

/** Why a frame may not use roamkit, or `null` where it may. May throw once the frame is gone. */
export function checkFrame(frame: SenderFrame, policy: SenderPolicy): RefusalReason | null {
  const isSubframe = frame.parent !== null;
  if (isSubframe && !policy.allowSubframes) return 'sender';
  if (!policy.isAllowedOrigin(frame.origin)) return 'origin';
  // A frame of ours inside a stranger's page does what the stranger wants (clickjacking, timing).
  if (isSubframe && !policy.isAllowedOrigin(frame.top?.origin ?? 'null')) return 'origin';
  return null;
}

function parseEntry(entry: unknown, field: string): string {
  if (typeof entry !== 'string') throw invalidArgument(field, 'must be a string');
  if (SCHEME.test(entry)) {
    if (entry === 'http:' || entry === 'https:') {
      throw invalidArgument(field, `'${entry}' would allow every web page; name the origin`);
    }
    return `${entry}//`;
  }
  // Custom schemes have no origin in the URL standard; Chromium gives registered ones scheme and host all the same.
  const url = parsedUrl(entry);
  const origin = url?.origin === 'null' ? `${url.protocol}//${url.host}` : url?.origin;
  // The parser takes `*` for a host like any other; as a pattern it would never match.
  if (origin === undefined || origin.includes('*') || (entry !== origin && entry !== `${origin}/`)) {
    throw invalidArgument(
      field,
      `must be an origin (https://app.example.com) or a scheme (app:), not '${entry}'`,
    );
  }
  return origin;
}
