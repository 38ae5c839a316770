import type { ConnectivityPath, ConnectivitySnapshot } from 'roamkit/renderer';
import { statusWords } from '../shared/words.js';
import { arrow, byId, element, flash, setText } from './dom.js';

const FAMILIES = [4, 6] as const;

/** The status in big plain words, the default path of each family, the generation. */
export function showStatus(snapshot: ConnectivitySnapshot): void {
  const { status, validated, generation, families, defaultPaths, capabilities } = snapshot;
  const { title, text } = statusWords(status);
  document.body.dataset['status'] = status;
  setText(byId('status-title'), title);
  document.title = `${title} – roamkit`;
  const isUnconfirmed = status === 'online' && !validated;
  setText(byId('status-text'), isUnconfirmed ? 'A way out exists; no probe has confirmed it.' : text);
  setText(byId('generation'), String(generation));
  for (const family of FAMILIES) {
    const card = pathCard(family);
    const key = JSON.stringify(defaultPaths[family]);
    if (card.dataset['path'] === key) continue;
    if (card.dataset['path'] !== undefined) flash(card);
    card.dataset['path'] = key;
    fillPath(card, family, defaultPaths[family], statusWords(families[family]).title);
  }
  showFacts(capabilities);
}

function pathCard(family: 4 | 6): HTMLElement {
  const id = `path-${family}`;
  const known = document.getElementById(id);
  if (known !== null) return known;
  const card = element('article', { class: 'path', id, 'aria-label': `IPv${family} default path` });
  byId('paths').append(card);
  return card;
}

function fillPath(card: HTMLElement, family: 4 | 6, path: ConnectivityPath | null, status: string): void {
  card.classList.toggle('is-none', path === null);
  const way =
    path === null
      ? element('p', { class: 'path-way' }, 'No default path')
      : element(
          'p',
          { class: 'path-way' },
          element('strong', {}, path.link),
          path.gateway === null ? null : arrow('via'),
          path.gateway === null ? null : element('span', { title: path.gateway }, path.gateway),
        );
  const from = path === null ? status : `from ${path.source ?? 'no address'}`;
  card.replaceChildren(
    element('p', { class: 'path-family' }, `IPv${family}`),
    way,
    element('p', { class: 'path-from', title: from }, from),
  );
}

function showFacts({ backend, events, missing }: ConnectivitySnapshot['capabilities']): void {
  const facts = byId('facts');
  const text = backend === 'none' ? 'not connected' : `${backend}${events ? ', live' : ', polled'}`;
  let chip = facts.querySelector<HTMLElement>('[data-fact=backend]');
  if (chip === null) {
    chip = element('li', { 'data-fact': 'backend' });
    facts.append(chip);
  }
  setText(chip, text);
  chip.title = missing.length === 0 ? 'Nothing is missing on this system.' : missing.join(' ');
}

/** Says which network is shown. */
export function showScene(scene: 'host' | 'lab'): void {
  const facts = byId('facts');
  if (facts.querySelector('[data-fact=scene]') !== null) return;
  facts.prepend(
    element('li', { 'data-fact': 'scene' }, scene === 'lab' ? 'Network lab' : 'This computer’s network'),
  );
}
