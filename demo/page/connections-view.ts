import type { ConnectionRow, RowPath } from '../shared/view.js';
import { arrow, byId, element, flash, reconcile, setText } from './dom.js';
import { updateTimes } from './since.js';

type State = ConnectionRow['state'];

const TONES: { readonly [S in State]: string } = {
  pending: 'idle',
  routable: 'good',
  rerouted: 'info',
  suspect: 'warn',
  invalidated: 'bad',
  closed: 'idle',
};

const TALLY: readonly State[] = ['routable', 'rerouted', 'suspect', 'invalidated', 'pending', 'closed'];

/** The connections table, and how many are in each state. */
export function showConnections(rows: readonly ConnectionRow[]): void {
  reconcile(byId('connections'), rows, (row) => row.key, makeRow, updateRow);
  const counts = TALLY.map((state) => ({
    state,
    count: rows.filter((row) => row.state === state).length,
  })).filter(({ count }) => count > 0);
  reconcile(
    byId('tally'),
    counts,
    ({ state }) => state,
    ({ state }) => element('li', { 'data-tone': TONES[state] }),
    (item, { state, count }) => setText(item, `${count} ${state}`),
  );
  updateTimes();
}

function makeRow(): HTMLElement {
  return element(
    'tr',
    {},
    element(
      'th',
      { scope: 'row' },
      element('span', { class: 'label' }),
      element(
        'span',
        { class: 'peer' },
        element('span', { class: 'narrow owner' }),
        element('span', { class: 'peer-text' }),
      ),
    ),
    element('td', { class: 'wide owner' }),
    element('td', {}, element('span', { class: 'pill' }), element('span', { class: 'narrow reason' })),
    element('td', { class: 'wide reason' }),
    element('td', {}, element('div', { class: 'row-path' }), element('span', { class: 'note' })),
    element('td', { class: 'numeric' }, element('time')),
  );
}

function updateRow(tr: HTMLElement, row: ConnectionRow): void {
  const find = (selector: string): HTMLElement => {
    const found = tr.querySelector<HTMLElement>(selector);
    if (found === null) throw new Error(`a row has no ${selector}`);
    return found;
  };
  const before = tr.dataset['state'];
  tr.dataset['state'] = row.state;
  tr.dataset['tone'] = TONES[row.state];
  if (before !== undefined && before !== row.state) flash(tr);
  setText(find('.label'), row.label);
  setText(find('.peer-text'), row.peer);
  for (const owner of tr.querySelectorAll('.owner')) setText(owner, row.owner);
  setText(find('.pill'), row.state);
  find('.pill').dataset['tone'] = TONES[row.state];
  for (const reason of tr.querySelectorAll('.reason')) setText(reason, row.reason ?? '');
  showPath(find('.row-path'), row.path);
  find('time').dataset['since'] = String(row.since);
  setText(find('.note'), row.note ?? '');
}

function showPath(cell: HTMLElement, path: RowPath | null): void {
  const key = JSON.stringify(path);
  if (cell.dataset['path'] === key) return;
  cell.dataset['path'] = key;
  if (path === null) {
    cell.replaceChildren();
    return;
  }
  const { link, gateway } = path;
  cell.replaceChildren(
    element(
      'span',
      { class: 'way' },
      element('strong', {}, link),
      gateway === null ? null : arrow('via'),
      gateway === null ? null : element('span', { class: 'gateway', title: gateway }, gateway),
    ),
  );
}
