/**
 * A shorter list that still fails, by leaving out ever smaller parts (delta debugging): what remains is what matters.
 *
 * @param fails whether a list still shows the failure; asked at most `budget` times
 */
export async function shrink<T>(
  items: readonly T[],
  fails: (candidate: readonly T[]) => Promise<boolean>,
  budget = 150,
): Promise<readonly T[]> {
  let current = items;
  let left = budget;
  for (let size = Math.ceil(current.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let start = 0; start < current.length && left > 0; ) {
      const candidate = [...current.slice(0, start), ...current.slice(start + size)];
      left -= 1;
      if (await fails(candidate)) current = candidate;
      else start += size;
    }
  }
  return current;
}
