import type { RoamkitBridge } from '../../../ipc/bridge.js';
import { contract, type EventName, type EventPayload } from '../../../ipc/contract.js';
import type { IpcResult, RefusalReason, TrackRequest } from '../../../ipc/messages.js';
import type { ConnectivitySnapshot } from '../../../ipc/snapshot.js';

export const refusal = (reason: RefusalReason): IpcResult<never> => ({
  ok: false,
  error: { code: 'ERR_ROAMKIT_IPC_REFUSED', message: `refused: ${reason}`, reason },
});

/** The main process as a page sees it through the bridge: answers come when the test says so. */
export class FakeBridge {
  readonly requests: { readonly name: string; readonly input: unknown }[] = [];
  readonly #handlers = new Map<EventName, Set<(payload: never) => void>>();
  readonly #waiting: { readonly name: string; readonly settle: (answer: unknown) => void }[] = [];
  version: string = contract.version;

  readonly bridge: RoamkitBridge = {
    version: () => this.version,
    snapshot: () => this.#request('snapshot', null),
    subscribe: () => this.#request('subscribe', null),
    unsubscribe: () => this.#request('unsubscribe', null),
    track: (input: TrackRequest) => this.#request('track', input),
    untrack: (input) => this.#request('untrack', input),
    isSuspect: (input) => this.#request('isSuspect', input),
    recheckPortal: () => this.#request('recheckPortal', null),
    openPortal: () => this.#request('openPortal', null),
    onDelta: (handler) => this.#on('delta', handler),
    onInvalidated: (handler) => this.#on('invalidated', handler),
    onReconnect: (handler) => this.#on('reconnect', handler),
    onStarted: (handler) => this.#on('started', handler),
  };

  /** Answers the oldest open request of that name; an `Error` rejects it, as Electron does where nobody listens. */
  async answer(name: string, answer: IpcResult<unknown> | Error): Promise<void> {
    const index = this.#waiting.findIndex((request) => request.name === name);
    const [request] = index < 0 ? [] : this.#waiting.splice(index, 1);
    if (request === undefined) throw new Error(`nobody asked for ${name}`);
    request.settle(answer);
    await new Promise(setImmediate);
  }

  async answerSnapshot(name: 'snapshot' | 'subscribe', snapshot: ConnectivitySnapshot): Promise<void> {
    await this.answer(name, { ok: true, value: snapshot });
  }

  tell<K extends EventName>(event: K, payload: EventPayload<K>): void {
    for (const handler of [...(this.#handlers.get(event) ?? [])]) handler(payload as never);
  }

  get handlerCount(): number {
    return [...this.#handlers.values()].reduce((sum, handlers) => sum + handlers.size, 0);
  }

  #request<T>(name: string, input: unknown): Promise<IpcResult<T>> {
    this.requests.push({ name, input });
    return new Promise((resolve, reject) => {
      this.#waiting.push({
        name,
        settle: (answer) => (answer instanceof Error ? reject(answer) : resolve(answer as IpcResult<T>)),
      });
    });
  }

  #on(event: EventName, handler: (payload: never) => void): () => void {
    const handlers = this.#handlers.get(event) ?? new Set();
    this.#handlers.set(event, handlers.add(handler));
    return () => handlers.delete(handler);
  }
}
