import type { Family } from './network-types.js';

/** The IP families, in the order in which they are told. */
export const FAMILIES: readonly Family[] = [4, 6];
