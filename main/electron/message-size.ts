// What a value costs besides its text, about: enough that many small ones add up.
const VALUE_BYTES = 8;

/**
 * Whether a message, as structured cloning left it, is larger than `limit` bytes, about: two a character, eight a
 * value. Stops counting there, so that looking at a huge message costs no more than at a large one.
 */
export function isLargerThan(message: unknown, limit: number): boolean {
  let bytes = 0;
  const pending: unknown[] = [message];
  while (pending.length > 0) {
    const value = pending.pop();
    bytes += VALUE_BYTES + ownBytes(value);
    if (bytes > limit) return true;
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) continue;
    if (value instanceof Map || value instanceof Set) {
      // No request has one; their entries are not worth a look.
      bytes += value.size * VALUE_BYTES;
      continue;
    }
    for (const key in value) {
      bytes += VALUE_BYTES + 2 * key.length;
      if (bytes > limit) return true;
      pending.push(Reflect.get(value, key));
    }
  }
  return bytes > limit;
}

function ownBytes(value: unknown): number {
  if (typeof value === 'string') return 2 * value.length;
  if (typeof value === 'bigint') return value.toString(16).length;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return value.byteLength;
  return 0;
}
