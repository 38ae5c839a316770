import { RoamkitError } from '../../core/errors.js';
import type { Capabilities, Lookup, LookupOptions, Route } from '../../core/network-types.js';
import type {
  BackendFlow,
  FlowConfirmation,
  FlowVerdict,
  MonitorBackend,
  MonitorBatch,
  MonitorStats,
  RouteFilter,
} from './backend.js';
import { checkAskableProtocol, NO_OPTIONS } from './lookup-options.js';
import { DEFAULT_RECEIVE_BUFFER_BYTES } from './monitor-options.js';
import type { NativeAddon, NativeError, NativeMonitor } from './native-addon.js';
import { lookupOf } from './native-lookup.js';
import type { SocketDiagnosis } from './socket-diagnosis.js';

// A page of routes is copied while the mirror is locked: small enough that its thread is not held up.
const ROUTES_PER_PAGE = 512;

const CAPABILITIES: Capabilities = Object.freeze({
  backend: 'netlink',
  events: true,
  routes: true,
  kernelLookup: true,
  socketDiagnosis: true,
  missing: Object.freeze([]),
});

/** Linux: the addon's mirror of the kernel's routing state. */
export class NetlinkBackend implements MonitorBackend {
  #capabilities = CAPABILITIES;
  readonly #native: NativeMonitor;
  #onBatch: (batch: MonitorBatch) => void = () => {};

  constructor(
    addon: NativeAddon,
    options: { readonly netns?: string; readonly receiveBufferBytes?: number },
  ) {
    const { netns, receiveBufferBytes = DEFAULT_RECEIVE_BUFFER_BYTES } = options;
    this.#native = new addon.NativeMonitor(
      {
        ...(netns === undefined ? {} : { netns }),
        receiveBufferBytes,
      },
      (batch) => {
        // One batch a turn of the event loop: a storm must not keep the application from everything else.
        setImmediate(() => this.#native.resume());
        this.#onBatch(batch);
      },
    );
  }

  get capabilities(): Capabilities {
    return this.#capabilities;
  }

  get stats(): MonitorStats {
    return this.#native.stats();
  }

  async start(onBatch: (batch: MonitorBatch) => void): Promise<MonitorBatch> {
    this.#onBatch = onBatch;
    try {
      const initial = await this.#native.start();
      const failure = this.#native.whyNoDiagnosis();
      if (failure !== null) this.#capabilities = withoutDiagnosis(failure);
      return initial;
    } catch (error) {
      throw asRoamkitError(error);
    }
  }

  lookup(destination: string, options: LookupOptions): Lookup {
    return lookupOf(
      destination,
      translated(() => this.#native.lookup(destination, given(options))),
    );
  }

  lookupKernel(destination: string, options: LookupOptions): Lookup {
    checkAskableProtocol(destination, options);
    return lookupOf(
      destination,
      translated(() => this.#native.lookupKernel(destination, given(options))),
    );
  }

  *routes(filter: RouteFilter): Iterable<Route> {
    let cursor: string | null = null;
    do {
      const page = translated(() => this.#native.routes(filter, cursor, ROUTES_PER_PAGE));
      yield* page.routes;
      cursor = page.cursor;
    } while (cursor !== null);
  }

  addFlow(flow: BackendFlow): FlowVerdict {
    return translated(() => this.#native.addFlow(flow));
  }

  removeFlow(flow: number): void {
    this.#native.removeFlow(flow);
  }

  confirmFlows(flows: readonly number[]): readonly FlowConfirmation[] {
    return translated(() => this.#native.confirmFlows(flows));
  }

  diagnoseFlows(flows: readonly number[]): readonly (SocketDiagnosis | null)[] {
    return translated(() => this.#native.diagnoseFlows(flows));
  }

  audit(): void {
    this.#native.audit();
  }

  async resync(): Promise<void> {
    try {
      await this.#native.resync();
    } catch (error) {
      throw asRoamkitError(error);
    }
  }

  readUpTo(): number | null {
    return this.#native.readUpTo();
  }

  ref(): void {
    this.#native.ref();
  }

  unref(): void {
    this.#native.unref();
  }

  async close(): Promise<void> {
    await this.#native.close();
  }
}

function withoutDiagnosis({ operation, message }: NativeError): Capabilities {
  return Object.freeze({
    ...CAPABILITIES,
    socketDiagnosis: false,
    missing: Object.freeze([
      `the kernel tells nothing of TCP sockets (${operation}: ${message}): connections that are stuck on a new path are not noticed`,
    ]),
  });
}

// Each option costs the addon a question to JavaScript.
function given(options: LookupOptions): LookupOptions | undefined {
  return options === NO_OPTIONS ? undefined : options;
}

function translated<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw asRoamkitError(error);
  }
}

// The addon knows no error classes of ours: it throws plain errors with a `code` and, for system calls, an `operation`.
function asRoamkitError(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error;
  const { code, operation, message } = error as NativeError;
  if (code === 'ERR_ROAMKIT_INVALID_ARGUMENT' || code === 'ERR_ROAMKIT_CLOSED') {
    return new RoamkitError(code, message);
  }
  if (operation === undefined) return error;
  return new RoamkitError('ERR_ROAMKIT_NETLINK', `${operation}: ${message}`, { cause: error });
}
