// @vitest-environment happy-dom
import { act, render } from '@testing-library/react';
import { renderToString } from 'react-dom/server';
import { expect, it, vi } from 'vitest';
import { type RoamkitPortalPrompt, registerPortalPrompt } from '../../../../renderer/portal-prompt/index.js';
import { PortalPrompt } from '../../../../renderer/react/index.js';
import { portal } from '../portals.js';
import { reactPage } from './react-page.js';

const { main } = reactPage();

function prompt(): RoamkitPortalPrompt {
  const element = document.querySelector('roamkit-portal-prompt');
  if (element === null) throw new Error('there is no prompt');
  return element;
}

it('is an element of the page, with attributes, that a server can render', () => {
  expect(renderToString(<PortalPrompt variant="dialog" theme="dark" id="portal" className="corner" />)).toBe(
    '<roamkit-portal-prompt variant="dialog" theme="dark" id="portal" class="corner"></roamkit-portal-prompt>',
  );
});

it('takes words that were there before the element was registered, and new ones', () => {
  const { rerender } = render(<PortalPrompt strings={{ title: 'Anmelden' }} />);
  registerPortalPrompt();
  registerPortalPrompt();
  expect(prompt().strings).toMatchObject({ title: 'Anmelden', tryAgain: 'Try again' });
  act(() => main().tell('delta', { seq: 1, changed: { portal: portal(1) } }));
  expect(prompt().shadowRoot?.textContent).toContain('Anmelden');
  rerender(<PortalPrompt strings={{ title: 'Connexion' }} />);
  expect(prompt().shadowRoot?.textContent).toContain('Connexion');
});

it('calls the latest handlers, and none after it is gone', () => {
  const [first, second] = [vi.fn(), vi.fn()];
  const { rerender, unmount } = render(<PortalPrompt onSignIn={first} />);
  rerender(<PortalPrompt onSignIn={second} />);
  const element = prompt();
  element.dispatchEvent(new CustomEvent('roamkit-sign-in'));
  unmount();
  element.dispatchEvent(new CustomEvent('roamkit-sign-in'));
  expect(first).not.toHaveBeenCalled();
  expect(second).toHaveBeenCalledTimes(1);
});
