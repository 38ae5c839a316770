import { RoamkitError } from '../core/errors.js';
import type { Reason } from '../core/verdict-types.js';
import type { InvalidatedEvent } from '../ipc/messages.js';
import type { ConnectivityPath } from '../ipc/snapshot.js';

/**
 * What a page's request is aborted with when its peer cannot be reached any more over the path it took; `code` is
 * `ERR_ROAMKIT_UNROUTABLE`.
 */
export class PathLostError extends RoamkitError {
  declare readonly code: 'ERR_ROAMKIT_UNROUTABLE';
  readonly reason: Reason;
  /** The path that was lost, or `null` where it was not known. */
  readonly path: ConnectivityPath | null;
  /** The generation in which it was found dead. */
  readonly generation: number;

  constructor(peer: string, { reason, path, generation }: InvalidatedEvent) {
    super('ERR_ROAMKIT_UNROUTABLE', `${peer} cannot be reached any more: ${reason}`);
    this.name = 'PathLostError';
    this.reason = reason;
    this.path = path;
    this.generation = generation;
  }
}
