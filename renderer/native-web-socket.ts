// A registered symbol, so that a copy of this module finds what another has installed.
const NATIVE = Symbol.for('roamkit.nativeWebSocket');

/** Marks what stands in for the page's own class. */
export function markStandIn(standIn: object, native: typeof WebSocket): void {
  Object.defineProperty(standIn, NATIVE, { value: native });
}

/** The page's own class, also where something of ours stands in for it. */
export function nativeWebSocket(): typeof WebSocket {
  return Reflect.get(globalThis.WebSocket, NATIVE) ?? globalThis.WebSocket;
}
