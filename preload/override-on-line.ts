import type { OnLine } from '../ipc/on-line.js';

/**
 * Runs in the page's own world, where it is sent as text: it may use nothing from around it. Has `navigator.onLine` say
 * what it is given, and `online` and `offline` come when that becomes another answer; `null` leaves both to Chromium.
 */
export function overrideOnLine(initial: OnLine): (onLine: OnLine) => void {
  const descriptor = Object.getOwnPropertyDescriptor(Navigator.prototype, 'onLine');
  const native = descriptor?.get;
  if (native === undefined) return () => {};
  let told = initial;
  const onLineNow = (): boolean => told ?? Reflect.apply(native, navigator, []);
  Object.defineProperty(Navigator.prototype, 'onLine', {
    ...descriptor,
    // A proxy keeps its name, its look as native code, and its TypeError for what is no Navigator.
    get: new Proxy(native, {
      apply: (target, receiver, args) => {
        const own: boolean = Reflect.apply(target, receiver, args);
        return told ?? own;
      },
    }),
  });
  for (const type of ['online', 'offline']) {
    // The first listener of all: Chromium's own event, which would contradict, reaches nobody after it.
    window.addEventListener(
      type,
      (event) => {
        if (event.isTrusted && told !== null) event.stopImmediatePropagation();
      },
      true,
    );
  }
  return (onLine) => {
    const before = onLineNow();
    told = onLine;
    const after = onLineNow();
    if (before !== after) window.dispatchEvent(new Event(after ? 'online' : 'offline'));
  };
}
