import type { Path } from './network-types.js';
import type { Reason, Verdict } from './verdict-types.js';

/** Stable codes of all errors that roamkit makes. */
export type RoamkitErrorCode =
  | 'ERR_ROAMKIT_UNROUTABLE'
  | 'ERR_ROAMKIT_UNSUPPORTED_PLATFORM'
  | 'ERR_ROAMKIT_NETLINK'
  | 'ERR_ROAMKIT_CLOSED'
  | 'ERR_ROAMKIT_INVALID_ARGUMENT'
  | 'ERR_ROAMKIT_IPC_REFUSED';

// A registered symbol, so that `instanceof` holds between duplicate copies of this module: the ESM and the CJS
// build in one process, or two versions in one dependency tree.
const brand = Symbol.for('roamkit.error');

function isBranded(value: unknown): value is object {
  return typeof value === 'object' && value !== null && brand in value;
}

/** Any error that roamkit makes. `instanceof` works across duplicate copies of the package. */
export class RoamkitError extends Error {
  /** Says what went wrong, for programs. The message says it for people and may change. */
  readonly code: RoamkitErrorCode;

  constructor(code: RoamkitErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RoamkitError';
    this.code = code;
    Object.defineProperty(this, brand, { value: true });
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: a subclass inherits this, and of it only what it made is an instance.
    if (this !== RoamkitError) return Function.prototype[Symbol.hasInstance].call(this, value);
    return isBranded(value);
  }
}

/**
 * What a socket is destroyed with when its peer cannot be reached any more. It arrives in the socket's `error`
 * event; `code` is `ERR_ROAMKIT_UNROUTABLE`. Its `stack` has no frames: no code of the application led to it.
 */
export class UnroutableError extends RoamkitError {
  declare readonly code: 'ERR_ROAMKIT_UNROUTABLE';
  readonly reason: Reason;
  /** The path that the connection had, or `null` where it was not known. */
  readonly path: Path | null;
  readonly verdict: Verdict;

  constructor(peer: string, reason: Reason, path: Path | null, verdict: Verdict) {
    // Its stack would tell of roamkit's timers and nothing of the application, and streams have the stack of what they are
    // destroyed with written out at once: of a hundred connections that fall together, the last ones wait for that.
    const { stackTraceLimit } = Error;
    const isSet = Reflect.set(Error, 'stackTraceLimit', 0);
    super('ERR_ROAMKIT_UNROUTABLE', `${peer} cannot be reached any more: ${reason}`);
    if (isSet) Error.stackTraceLimit = stackTraceLimit;
    this.name = 'UnroutableError';
    this.reason = reason;
    this.path = path;
    this.verdict = verdict;
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return (
      RoamkitError[Symbol.hasInstance](value) && (value as RoamkitError).code === 'ERR_ROAMKIT_UNROUTABLE'
    );
  }
}

/** An argument that cannot be used; `code` is `ERR_ROAMKIT_INVALID_ARGUMENT`. Names the argument and says why. */
export function invalidArgument(argument: string, why: string): RoamkitError {
  return new RoamkitError('ERR_ROAMKIT_INVALID_ARGUMENT', `${argument}: ${why}`);
}
