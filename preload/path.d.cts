/** Where the bundled preload is: `preload/bundled.ts` as one CommonJS file. Absolute; it need not exist. */
export const preloadPath: string;
/** The same of `preload/on-line.ts`. */
export const onLinePreloadPath: string;
