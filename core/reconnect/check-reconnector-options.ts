import { checkDelayMs } from '../durations.js';
import { invalidArgument } from '../errors.js';
import { checkRetryPolicy } from './check-retry-policy.js';
import type { ReconnectSource } from './reconnect-source.js';
import type { ReconnectorOptions } from './reconnector-options.js';

/** The options, all of use. Throws `ERR_ROAMKIT_INVALID_ARGUMENT`, naming the option, on one that is not. */
export function checkedReconnectorOptions(options: ReconnectorOptions): ReconnectorOptions {
  const { network, attempt, spreadMs = 0, attemptTimeoutMs = 1, retry } = options;
  checkSource(network);
  if (typeof attempt !== 'function') throw invalidArgument('attempt', 'must be a function');
  checkDelayMs(spreadMs, 'spreadMs');
  if (attemptTimeoutMs !== Number.POSITIVE_INFINITY) checkDelayMs(attemptTimeoutMs, 'attemptTimeoutMs', 1);
  checkRetryPolicy(retry);
  return options;
}

function checkSource(network: unknown): void {
  const { hasPath, subscribe } = (network ?? {}) as Partial<ReconnectSource>;
  if (typeof hasPath === 'function' && typeof subscribe === 'function') return;
  throw invalidArgument('network', 'must tell of the network, as what reconnectSignals() gives');
}
