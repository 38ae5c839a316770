type Cleanup = () => void;

const cleanups = new Set<Cleanup>();

/**
 * Registers a synchronous clean-up for the case that this process ends without closing its labs (`process.exit`, an
 * uncaught error). A signal ends the process without running it: then the holders' pipes do the work (namespace.ts).
 *
 * @returns a function that takes the clean-up back.
 */
export function atExit(cleanup: Cleanup): () => void {
  if (cleanups.size === 0) process.on('exit', runAll);
  cleanups.add(cleanup);
  return () => {
    cleanups.delete(cleanup);
    if (cleanups.size === 0) process.off('exit', runAll);
  };
}

function runAll(): void {
  for (const cleanup of cleanups) cleanup();
}
