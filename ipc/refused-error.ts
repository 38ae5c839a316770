import { RoamkitError } from '../core/errors.js';
import type { RefusalReason } from './messages.js';

/** The main process refused a page's request; `code` is `ERR_ROAMKIT_IPC_REFUSED`, `reason` says why. */
export class IpcRefusedError extends RoamkitError {
  declare readonly code: 'ERR_ROAMKIT_IPC_REFUSED';
  readonly reason: RefusalReason;

  constructor(reason: RefusalReason, message: string) {
    super('ERR_ROAMKIT_IPC_REFUSED', message);
    this.name = 'IpcRefusedError';
    this.reason = reason;
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return (
      RoamkitError[Symbol.hasInstance](value) && (value as RoamkitError).code === 'ERR_ROAMKIT_IPC_REFUSED'
    );
  }
}
