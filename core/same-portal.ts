import type { PortalInfo } from './portal-types.js';

/** Whether two accounts of a portal say the same. */
export function isSamePortal(a: PortalInfo | null, b: PortalInfo | null): boolean {
  if (a === null || b === null) return a === b;
  return a === b || (Object.keys(a) as (keyof PortalInfo)[]).every((field) => a[field] === b[field]);
}
