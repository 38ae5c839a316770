import type { LinkRow } from '../shared/view.js';
import { byId, element, reconcile, setText } from './dom.js';

/** The links of the host. */
export function showLinks(links: readonly LinkRow[]): void {
  reconcile(
    byId('links'),
    links,
    ({ ifindex }) => String(ifindex),
    () =>
      element(
        'tr',
        {},
        element(
          'th',
          { scope: 'row' },
          element('span', { class: 'link-name' }),
          element('span', { class: 'link-kind' }),
        ),
        element('td', {}, element('span', { class: 'carrier' })),
        element('td', { class: 'addresses' }),
        element('td', { class: 'default-for' }),
      ),
    updateLink,
  );
}

function updateLink(tr: HTMLElement, link: LinkRow): void {
  const [name, state, addresses, defaultFor] = tr.children;
  const [nameText, kindText] = name?.children ?? [];
  const carrier = state?.firstElementChild;
  if (!nameText || !kindText || !(carrier instanceof HTMLElement) || !addresses || !defaultFor) return;
  setText(nameText, link.name);
  setText(kindText, link.kind ?? '');
  const isUsable = link.isUp && link.hasCarrier;
  tr.classList.toggle('is-unusable', !isUsable);
  carrier.dataset['tone'] = isUsable ? 'good' : link.isUp ? 'warn' : 'idle';
  setText(carrier, isUsable ? 'up' : link.isUp ? 'no carrier' : 'down');
  const text = link.addresses.join('  ');
  if (addresses.getAttribute('title') !== text) {
    addresses.setAttribute('title', text);
    addresses.replaceChildren(...link.addresses.map((address) => element('span', {}, address)));
  }
  setText(defaultFor, link.defaultFor.map((family) => `IPv${family}`).join(' + '));
}
