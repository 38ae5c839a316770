import type { EventName, EventPayload, RequestInput, RequestName, RequestOutput } from './contract.js';
import type { IpcResult } from './messages.js';

/** Where the preload puts the bridge on `window`. */
export const BRIDGE_KEY = '__roamkit';

/** Puts a request to the main process. Rejects only where nobody answers: roamkit has not been started. */
export type RequestFunction<K extends RequestName> = (
  ...input: RequestInput<K> extends null ? [] : [input: RequestInput<K>]
) => Promise<IpcResult<RequestOutput<K>>>;

/** Registers a handler; returns what takes it back. */
export type EventFunction<K extends EventName> = (handler: (payload: EventPayload<K>) => void) => () => void;

/** All that a page can reach: functions only, one for each channel of the contract that is for pages. */
export type RoamkitBridge = {
  /** The preload's version of the contract. */
  readonly version: () => string;
} & { readonly [K in Exclude<RequestName, 'deliver'>]: RequestFunction<K> } & {
  readonly [K in EventName as `on${Capitalize<K>}`]: EventFunction<K>;
};
