/** An `EventTarget` that says which event comes under which name. */
export interface TypedEventTarget<Events> extends EventTarget {
  addEventListener<K extends keyof Events>(
    type: K,
    listener: (this: this, event: Events[K]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  removeEventListener<K extends keyof Events>(
    type: K,
    listener: (this: this, event: Events[K]) => unknown,
    options?: boolean | EventListenerOptions,
  ): void;
  removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | EventListenerOptions,
  ): void;
}

/** The page's own class, to extend. */
export function typedEventTarget<Events>(): new () => TypedEventTarget<Events> {
  return EventTarget as unknown as new () => TypedEventTarget<Events>;
}
