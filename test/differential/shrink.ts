/**
 * A shorter list that still fails, by leaving out ever smaller parts (delta debugging): what remains is what matters.
 *
 * @param fails whether a list still shows the failure; asked for at most `forMs`
 */
export async function shrink<T>(
  items: readonly T[],
  fails: (candidate: readonly T[]) => Promise<boolean>,
  forMs = 60_000,
): Promise<readonly T[]> {
  let current = items;
  const deadline = performance.now() + forMs;
  for (let size = Math.ceil(current.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let start = 0; start < current.length && performance.now() < deadline; ) {
      const candidate = [...current.slice(0, start), ...current.slice(start + size)];
      if (await fails(candidate)) current = candidate;
      else start += size;
    }
  }
  return current;
}
