import { DEMO_KEY, type DemoApi } from '../shared/demo-api.js';

/** What the demo's preload script gave this page. */
export const demo = Reflect.get(globalThis, DEMO_KEY) as DemoApi;
