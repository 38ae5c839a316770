import type { Output } from './output.js';

/**
 * Aborts on the first SIGINT or SIGTERM, and when nobody reads `output` any more. A second signal ends the process the
 * hard way, in case the orderly end hangs.
 */
export function stopSignal(output: Output): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    controller.abort();
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  output.onClosed(stop);
  return controller.signal;
}

/** Resolves when `signal` aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
