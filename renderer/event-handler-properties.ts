type Handler = ((event: Event) => unknown) | null;

/**
 * Gives a class the properties `onopen` and so on, as the HTML standard has event handlers: one function a property, called in
 * its place among the listeners; anything that is no function takes it away.
 */
export function defineEventHandlers(target: EventTarget, types: readonly string[]): void {
  for (const type of types) {
    const handlers = new WeakMap<EventTarget, { readonly handler: Handler; readonly listener: Handler }>();
    Object.defineProperty(target, `on${type}`, {
      enumerable: true,
      configurable: true,
      get(this: EventTarget): Handler {
        return handlers.get(this)?.handler ?? null;
      },
      set(this: EventTarget, value: unknown): void {
        const known = handlers.get(this);
        const handler = typeof value === 'function' ? (value as Handler) : null;
        const listener =
          known?.listener ?? ((event: Event): unknown => handlers.get(this)?.handler?.call(this, event));
        if (handler === null) {
          handlers.delete(this);
          this.removeEventListener(type, listener);
          return;
        }
        handlers.set(this, { handler, listener });
        this.addEventListener(type, listener);
      },
    });
  }
}
