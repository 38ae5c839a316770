import type { Delivery, IpcResult } from '../ipc/messages.js';

/** What is used of a page's `document`. */
export interface PageVisibility {
  readonly visibilityState: string;
  addEventListener(event: 'visibilitychange', listener: () => void): void;
}

/** What {@link DeliveryControl} needs from around it. */
export interface DeliveryContext {
  readonly page: PageVisibility;
  /** Whether the page listens for what concerns its connections. */
  readonly isListening: () => boolean;
  readonly send: (delivery: Delivery) => Promise<IpcResult<null>>;
}

// Main refuses windows that ask too often, and its allowance is full again after a second.
const RETRY_MS = 1000;

/**
 * Tells main how much this page wants to be told: all while it can be seen, else only what its connections need. Here and not in
 * main, since the page's own word covers every way to hide it: a window hidden, minimised or covered, a view without a window.
 */
export class DeliveryControl {
  readonly #context: DeliveryContext;
  #isSubscribed = false;
  /** What main goes by. */
  #told: Delivery = 'all';

  constructor(context: DeliveryContext) {
    this.#context = context;
    context.page.addEventListener('visibilitychange', () => this.update());
  }

  /** The page subscribes: main begins with `all`. */
  subscribed(): void {
    this.#isSubscribed = true;
    this.#told = 'all';
    this.update();
  }

  unsubscribed(): void {
    this.#isSubscribed = false;
  }

  /** Something that the delivery depends on may be different. */
  update(): void {
    const { page, isListening, send } = this.#context;
    const isHidden = page.visibilityState === 'hidden';
    const delivery = isHidden ? (isListening() ? 'reconnecting' : 'none') : 'all';
    if (!this.#isSubscribed || delivery === this.#told) return;
    const before = this.#told;
    this.#told = delivery;
    send(delivery).then(
      (answer) => {
        if (answer.ok || answer.error.reason !== 'rate') return;
        this.#told = before;
        setTimeout(() => this.update(), RETRY_MS);
      },
      () => {},
    );
  }
}
