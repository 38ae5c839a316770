import type { Caption } from '../shared/view.js';
import { byId, element, setText } from './dom.js';

/** The bar that tells the story in the lab. */
export function showCaption(caption: Caption | null): void {
  byId('caption').hidden = caption === null;
  if (caption === null) return;
  const { step, steps, title, text } = caption;
  setText(byId('caption-count'), `${step} / ${steps}`);
  setText(byId('caption-title'), title);
  setText(byId('caption-text'), text);
  byId('caption-steps').replaceChildren(
    ...Array.from({ length: steps }, (_, index) =>
      element('li', { class: index + 1 < step ? 'is-past' : index + 1 === step ? 'is-now' : 'is-ahead' }),
    ),
  );
}
