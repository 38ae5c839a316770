const SVG = 'http://www.w3.org/2000/svg';

// A network's arcs with a keyhole below, 24 by 24.
const STROKES = ['M3.5 9.5a12.3 12.3 0 0 1 17 0', 'M6.8 13a7.6 7.6 0 0 1 10.4 0'];
const LOCK = 'M9.6 17.4h4.8a.9.9 0 0 1 .9.9v2.6a.9.9 0 0 1-.9.9H9.6a.9.9 0 0 1-.9-.9v-2.6a.9.9 0 0 1 .9-.9Z';
const SHACKLE = 'M10.3 17.2v-.9a1.7 1.7 0 0 1 3.4 0v.9';

/** The prompt's picture. It says nothing that the words do not. */
export function promptIcon(): SVGElement {
  const icon = document.createElementNS(SVG, 'svg');
  icon.setAttribute('viewBox', '0 0 24 24');
  icon.setAttribute('aria-hidden', 'true');
  icon.append(...STROKES.map((d) => path(d, 'stroke')), path(SHACKLE, 'stroke'), path(LOCK, 'fill'));
  return icon;
}

function path(d: string, kind: 'stroke' | 'fill'): SVGElement {
  const element = document.createElementNS(SVG, 'path');
  const attributes =
    kind === 'fill'
      ? { fill: 'currentColor' }
      : { fill: 'none', stroke: 'currentColor', 'stroke-width': '1.7', 'stroke-linecap': 'round' };
  for (const [name, value] of Object.entries({ d, ...attributes })) element.setAttribute(name, value);
  return element;
}
