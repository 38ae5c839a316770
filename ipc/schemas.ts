// What the main process checks of each request. In a file of its own, so that the preload carries no validator.
import * as v from 'valibot';
import type { RequestInput, RequestName } from './contract.js';

/** A schema that lets through exactly `T`. */
export type SchemaOf<T> = v.GenericSchema<unknown, T>;

// The longest host name there is (RFC 1035 section 2.3.4), with its final dot.
const HOST_LENGTH = 254;
// What browsers and servers agree on in practice; the message's own limit counts besides.
const URL_LENGTH = 2048;
// A name for people to read.
const LABEL_LENGTH = 128;

// Labels come back in the main process's events and logs: no line breaks, no terminal sequences.
const label = v.exactOptional(v.pipe(v.string(), v.maxLength(LABEL_LENGTH), v.regex(/^\P{Cc}*$/u)));
const port = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65535));
const tracked = v.pipe(v.strictObject({ id: v.pipe(v.number(), v.safeInteger()) }), v.readonly());

const schemas = {
  snapshot: v.null(),
  subscribe: v.null(),
  deliver: v.pipe(v.strictObject({ what: v.picklist(['all', 'reconnecting', 'none']) }), v.readonly()),
  unsubscribe: v.null(),
  track: v.union([
    v.pipe(v.strictObject({ url: v.pipe(v.string(), v.maxLength(URL_LENGTH)), label }), v.readonly()),
    v.pipe(
      v.strictObject({
        host: v.pipe(v.string(), v.nonEmpty(), v.maxLength(HOST_LENGTH)),
        port,
        label,
      }),
      v.readonly(),
    ),
  ]),
  recheckPortal: v.null(),
  openPortal: v.null(),
  untrack: tracked,
  isSuspect: tracked,
} as const;

// Identity, not assignability: a field that one side has and the other only allows is a drift as well.
type IsSame<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type Drift = {
  [K in RequestName]: K extends keyof typeof schemas
    ? IsSame<v.InferOutput<(typeof schemas)[K]>, RequestInput<K>> extends true
      ? never
      : K
    : K;
}[RequestName];

/**
 * The run-time schema of every request in the contract. If this line does not compile, `Drift` names the requests
 * whose schema is missing or says something else than the contract's type.
 */
export const requestSchemas: [Drift] extends [never]
  ? { readonly [K in RequestName]: SchemaOf<RequestInput<K>> }
  : Drift = schemas;
