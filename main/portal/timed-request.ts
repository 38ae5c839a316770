import type { Clock } from '../../core/reconnect/clock.js';
import type { PortalAnswer, PortalRequest, PortalTransport } from './transport.js';

/** What requests are made with. */
export interface RequestMeans {
  readonly transport: PortalTransport;
  readonly clock: Clock;
  /** How long a request may take, from the name's lookup to the end of its body. */
  readonly timeoutMs: number;
}

/** Sends a request that ends after `timeoutMs` at the latest, or when `signal` aborts. Never pending after either. */
export async function timedRequest(
  { transport, clock, timeoutMs }: RequestMeans,
  request: PortalRequest,
  signal: AbortSignal,
): Promise<PortalAnswer> {
  const controller = new AbortController();
  const abort = (): void => controller.abort(signal.reason);
  signal.addEventListener('abort', abort);
  const cancelTimer = clock.after(timeoutMs, () =>
    controller.abort(Object.assign(new Error(`no answer within ${timeoutMs} ms`), { code: 'ETIMEDOUT' })),
  );
  try {
    signal.throwIfAborted();
    return await transport(request, controller.signal);
  } finally {
    cancelTimer();
    signal.removeEventListener('abort', abort);
  }
}
