import type { IpcMainEvent, Session, WebFrameMain } from 'electron';
import type { Clock } from '../../../core/reconnect/clock.js';
import { type OnLine, onLineChannels } from '../../../ipc/on-line.js';
import type { NetworkMonitor } from '../../monitor/network-monitor.js';
import type { FrameId } from '../page-frame.js';
import { PreloadInjection } from '../preload-injection.js';
import { SettledOnLine } from './settled-on-line.js';

/** What {@link OnLineOverride} needs from around it. */
export interface OnLineOverrideContext {
  readonly ipc: { on(channel: string, listener: (event: IpcMainEvent) => void): unknown };
  readonly frames: { fromId(processId: number, frameId: number): WebFrameMain | undefined };
  readonly monitor: Pick<NetworkMonitor, 'on' | 'off' | 'state'>;
  readonly clock: Clock;
  /** Where the preload script is. */
  readonly preload: string;
}

let answer: (event: IpcMainEvent) => OnLine = () => null;
let isAnswering = false;

// Never taken back: a page whose preload script waits for its answer would wait for ever.
function answerFrom(ipc: OnLineOverrideContext['ipc'], next: typeof answer): void {
  answer = next;
  if (isAnswering) return;
  isAnswering = true;
  ipc.on(onLineChannels.ask, (event) => {
    event.returnValue = answer(event);
  });
}

/** Overrides `navigator.onLine` in the pages of sessions, with what roamkit knows. */
export class OnLineOverride {
  readonly #context: OnLineOverrideContext;
  readonly #onLine: SettledOnLine;
  #injection: PreloadInjection | null = null;
  readonly #frames = new Map<string, FrameId>();

  constructor(context: OnLineOverrideContext) {
    this.#context = context;
    this.#onLine = new SettledOnLine(context.monitor, context.clock, (onLine) => this.#tell(onLine));
  }

  /**
   * Overrides it in a session's pages, those loaded from now on.
   * @throws RoamkitError `ERR_ROAMKIT_INVALID_ARGUMENT` where the preload script is missing.
   */
  add(session: Session): void {
    this.#injection ??= new PreloadInjection(this.#context.preload, 'sessionPolicy.overrideOnLine');
    this.#injection.add(session);
    answerFrom(this.#context.ipc, (event) => this.#answer(event));
  }

  /** Gives `navigator.onLine` back to Chromium, in pages that are open, too. */
  close(): void {
    this.#onLine.close();
    this.#injection?.[Symbol.dispose]();
    this.#tell(null);
    this.#frames.clear();
  }

  #answer({ sender, processId, frameId }: IpcMainEvent): OnLine {
    if (this.#injection?.has(sender.session) !== true) return null;
    for (const [key, id] of this.#frames) if (this.#find(id) === undefined) this.#frames.delete(key);
    this.#frames.set(`${processId}/${frameId}`, { processId, frameId });
    return this.#onLine.value;
  }

  #tell(onLine: OnLine): void {
    for (const id of this.#frames.values()) {
      try {
        this.#find(id)?.send(onLineChannels.tell, onLine);
      } catch {
        // It went between two lines; what is gone is forgotten when the next one comes.
      }
    }
  }

  #find({ processId, frameId }: FrameId): WebFrameMain | undefined {
    return this.#context.frames.fromId(processId, frameId);
  }
}
