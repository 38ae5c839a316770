import { type WebContents, type WebFrameMain, webFrameMain } from 'electron';
import { contract, type EventName, type EventPayload } from '../../ipc/contract.js';
import { checkFrame, type SenderPolicy } from './sender-policy.js';

/** A frame, as an IPC event names it. */
export interface FrameId {
  readonly processId: number;
  readonly frameId: number;
}

/** One frame of a window, to send events to. Nothing here throws. */
export class PageFrame {
  readonly #contents: WebContents;
  readonly #id: FrameId;
  readonly #policy: SenderPolicy;

  constructor(contents: WebContents, { processId, frameId }: FrameId, policy: SenderPolicy) {
    this.#contents = contents;
    this.#id = { processId, frameId };
    this.#policy = policy;
  }

  /** The main frame of a window, or `null` where there is none to send to. */
  static mainFrameOf(contents: WebContents, policy: SenderPolicy): PageFrame | null {
    try {
      const { processId, routingId: frameId } = contents.mainFrame;
      return new PageFrame(contents, { processId, frameId }, policy);
    } catch {
      return null;
    }
  }

  get isAlive(): boolean {
    try {
      return !this.#contents.isDestroyed() && this.#find() !== undefined;
    } catch {
      return false;
    }
  }

  /** Sends an event, if the frame is there and still of an origin that may hear it; returns whether it did. */
  send<K extends EventName>(event: K, payload: EventPayload<K>): boolean {
    try {
      if (this.#contents.isDestroyed() || this.#contents.isCrashed()) return false;
      const frame = this.#find();
      // The frame may hold another document by now, whose commit we are yet to hear of.
      if (!frame || checkFrame(frame, this.#policy) !== null) return false;
      frame.send(contract.events[event].name, payload);
      return true;
    } catch {
      // The frame went away between two of these lines; that it is gone arrives as an event of its own.
      return false;
    }
  }

  #find(): WebFrameMain | undefined {
    return webFrameMain.fromId(this.#id.processId, this.#id.frameId);
  }
}
