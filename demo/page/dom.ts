/** The element with an id that index.html has. */
export function byId(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`index.html has no #${id}`);
  return element;
}

type Child = Node | string | null;

/** A new element; children that are `null` are left out. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** Sets text, and leaves the node alone where it says that already, so that a screen reader is not told again. */
export function setText(target: Element, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}

/**
 * Makes `parent` have exactly one child a key, in order, reusing those it has: an element that stays keeps its focus and
 * its animations.
 */
export function reconcile<T>(
  parent: HTMLElement,
  items: readonly T[],
  keyOf: (item: T) => string,
  make: (item: T) => HTMLElement,
  update: (child: HTMLElement, item: T) => void,
): void {
  const known = new Map<string, HTMLElement>();
  for (const child of parent.children) {
    if (child instanceof HTMLElement) known.set(child.dataset['key'] ?? '', child);
  }
  let place: Element | null = parent.firstElementChild;
  for (const item of items) {
    const key = keyOf(item);
    const child = known.get(key) ?? make(item);
    known.delete(key);
    child.dataset['key'] = key;
    update(child, item);
    if (child === place) place = place.nextElementSibling;
    else parent.insertBefore(child, place);
  }
  for (const gone of known.values()) gone.remove();
}

/** Lets an element flash, to draw the eye to what changed. */
export function flash(target: Element): void {
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) return;
  target.animate([{ backgroundColor: 'var(--flash)' }, { backgroundColor: 'transparent' }], {
    duration: 900,
    easing: 'ease-out',
  });
}

const ARROW = 'M3 8h9M8.5 4.5 12 8l-3.5 3.5';

/** An arrow to the right, which screen readers read as `label`. */
export function arrow(label: string): SVGSVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('class', 'arrow');
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', label);
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', ARROW);
  svg.append(path);
  return svg;
}
