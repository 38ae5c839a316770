// @vitest-environment happy-dom
import { act, render } from '@testing-library/react';
import { renderToString } from 'react-dom/server';
import { expect, it, vi } from 'vitest';
import { useConnectivity } from '../../../../renderer/react/index.js';
import { reactPage } from './react-page.js';

reactPage();

it('begins with what the server rendered, without a mismatch, and goes on with what the page knows', () => {
  const error = vi.spyOn(console, 'error');
  const rendered: string[] = [];
  const Status = () => {
    const status = useConnectivity((snapshot) => snapshot.status);
    rendered.push(status);
    return <p>{status}</p>;
  };
  const container = document.body.appendChild(document.createElement('div'));
  container.innerHTML = renderToString(<Status />);
  expect(container.textContent).toBe('unknown');
  rendered.length = 0;
  act(() => {
    render(<Status />, { container, hydrate: true });
  });
  expect(rendered).toEqual(['unknown', 'online']);
  expect(container.textContent).toBe('online');
  expect(error).not.toHaveBeenCalled();
});
