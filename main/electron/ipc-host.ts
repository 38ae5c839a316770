import * as v from 'valibot';
import type { Clock } from '../../core/reconnect/clock.js';
import { contract, type RequestInput, type RequestName, type RequestOutput } from '../../ipc/contract.js';
import type { IpcResult, RefusalReason } from '../../ipc/messages.js';
import { IpcRefusedError } from '../../ipc/refused-error.js';
import { requestSchemas, type SchemaOf } from '../../ipc/schemas.js';
import { isLargerThan } from './message-size.js';
import type { IpcLimits } from './options.js';
import { checkSender, type SenderEvent, type SenderPolicy } from './sender-policy.js';
import { TokenBucket } from './token-bucket.js';

/** What main does with each request of the contract, on behalf of `Context`. May throw or reject. */
export type RequestHandlers<Context> = {
  readonly [K in RequestName]: (
    input: RequestInput<K>,
    context: Context,
  ) => RequestOutput<K> | Promise<RequestOutput<K>>;
};

/** What is used of Electron's `ipcMain`. */
interface MainIpc<Event> {
  handle(channel: string, listener: (event: Event, ...args: unknown[]) => unknown): void;
  removeHandler(channel: string): void;
}

/** Requests answered and refused since roamkit was started. */
export interface IpcCounts {
  readonly accepted: number;
  readonly refused: number;
  /** The refused ones, by reason. */
  readonly refusedFor: Readonly<Record<RefusalReason, number>>;
}

export interface IpcHostOptions<Event, Context> {
  readonly ipc: MainIpc<Event>;
  readonly policy: SenderPolicy;
  readonly limits: Pick<IpcLimits, 'requestsPerSecond' | 'messageBytes'>;
  readonly handlers: RequestHandlers<Context>;
  /** Called for accepted requests only. */
  readonly contextOf: (event: Event) => Context;
  readonly clock: Clock;
}

const MESSAGES: Readonly<Record<RefusalReason, string>> = {
  sender: 'this frame may not use roamkit; frames inside a page need startRoamkit({ allowSubframes: true })',
  origin: 'this origin may not use roamkit; name it in startRoamkit({ allowedOrigins })',
  version: `the main process has roamkit ${contract.version}, the page's preload script another version: use the same in both`,
  size: 'the message is too large',
  schema: 'the message is not what the contract says',
  rate: 'this window asks too often',
  limit: 'this window tracks as many connections as it may',
  unresolved: 'the host has no address',
  gesture:
    'only an act of the user opens the sign-in window: call openPortal() in the handler of a click or key',
  internal: 'the main process failed to answer',
};

/**
 * Answers pages' requests, and trusts none of them: each is checked for who sent it, how often, which version, how large,
 * and what is in it, before a handler sees it. Whatever arrives, nothing is thrown; what is refused is counted and
 * answered with the reason.
 */
export class IpcHost<Event extends SenderEvent, Context> {
  readonly #options: IpcHostOptions<Event, Context>;
  readonly #buckets = new WeakMap<object, TokenBucket>();
  readonly #registered: string[] = [];
  readonly #refusedFor: Record<RefusalReason, number> = {
    sender: 0,
    origin: 0,
    version: 0,
    size: 0,
    schema: 0,
    rate: 0,
    limit: 0,
    unresolved: 0,
    gesture: 0,
    internal: 0,
  };
  #accepted = 0;

  constructor(options: IpcHostOptions<Event, Context>) {
    this.#options = options;
  }

  get counts(): IpcCounts {
    const refused = Object.values(this.#refusedFor).reduce((sum, count) => sum + count, 0);
    return { accepted: this.#accepted, refused, refusedFor: { ...this.#refusedFor } };
  }

  /** Throws where another host answers already. */
  open(): void {
    for (const key of Object.keys(contract.requests) as RequestName[]) {
      const { name } = contract.requests[key];
      this.#options.ipc.handle(name, (event, ...args) => this.#answer(key, event, args));
      this.#registered.push(name);
    }
  }

  close(): void {
    for (const name of this.#registered.splice(0)) this.#options.ipc.removeHandler(name);
  }

  async #answer<K extends RequestName>(
    key: K,
    event: Event,
    args: readonly unknown[],
  ): Promise<IpcResult<RequestOutput<K>>> {
    try {
      const input = this.#checked(key, event, args);
      const value = await this.#options.handlers[key](input, this.#options.contextOf(event));
      this.#accepted++;
      return { ok: true, value };
    } catch (error) {
      // Our own failures tell a page nothing: messages of other errors may hold paths or addresses.
      const { code, message, reason } = error instanceof IpcRefusedError ? error : refused('internal');
      this.#refusedFor[reason]++;
      return { ok: false, error: { code, message, reason } };
    }
  }

  #checked<K extends RequestName>(key: K, event: Event, args: readonly unknown[]): RequestInput<K> {
    const { policy, limits } = this.#options;
    // The cheapest check first: a flood costs next to nothing, whatever it consists of.
    if (!this.#bucketOf(event.sender).take()) throw refused('rate');
    const objection = checkSender(event, policy);
    if (objection !== null) throw refused(objection);
    const [version, input, ...rest] = args;
    if (version !== contract.version) throw refused('version');
    if (isLargerThan(input, limits.messageBytes)) throw refused('size');
    if (rest.length > 0) throw refused('schema');
    return parsed(requestSchemas[key], input);
  }

  // Per window and not per page: reloading does not buy new tokens.
  #bucketOf(sender: object): TokenBucket {
    const { clock, limits } = this.#options;
    const bucket = this.#buckets.get(sender) ?? new TokenBucket(limits.requestsPerSecond, () => clock.now());
    this.#buckets.set(sender, bucket);
    return bucket;
  }
}

/** What a request is refused with. */
export function refused(reason: RefusalReason): IpcRefusedError {
  return new IpcRefusedError(reason, MESSAGES[reason]);
}

function parsed<T>(schema: SchemaOf<T>, input: unknown): T {
  const result = v.safeParse(schema, input, { abortEarly: true });
  if (!result.success) throw refused('schema');
  return result.output;
}
