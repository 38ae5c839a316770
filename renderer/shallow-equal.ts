/**
 * Whether two values are the same, or are plain objects or arrays whose fields are the same one by one. Enough for a selector
 * that makes a new object of what it picks, since what snapshots hold is immutable.
 */
export function shallowEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (!isComparable(a) || !isComparable(b) || Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && Object.is(a[key], b[key]))
  );
}

// What has no fields of its own to compare, a Map or a Date say, is equal to itself only.
function isComparable(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === Array.prototype || prototype === null;
}
