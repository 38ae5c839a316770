import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { expect, it, vi } from 'vitest';
import { getRoamkit } from '../../../../renderer/get-roamkit.js';
import {
  useConnectivity,
  usePortal,
  useReconnect,
  useRoamingWebSocket,
} from '../../../../renderer/react/index.js';

vi.mock('../../../../renderer/get-roamkit.js', async (original) => {
  const actual = await original<typeof import('../../../../renderer/get-roamkit.js')>();
  return { ...actual, getRoamkit: vi.fn(actual.getRoamkit) };
});

it('renders on a server, where there is no window: the status is unknown, and no client is made', () => {
  expect(typeof window).toBe('undefined');
  const error = vi.spyOn(console, 'error');
  const Page = () => {
    useReconnect(() => {});
    const status = useConnectivity((snapshot) => snapshot.status);
    const { backend } = useConnectivity().capabilities;
    const fresh = useConnectivity(({ validated }) => ({ validated }));
    const socket = useRoamingWebSocket('wss://example.com');
    const words = [status, backend, fresh.validated, usePortal().isPortal, socket.state, socket.send('x')];
    return words.join(' ');
  };
  expect(renderToString(createElement(Page))).toBe('unknown none false false connecting false');
  expect(getRoamkit).not.toHaveBeenCalled();
  expect(error).not.toHaveBeenCalled();
});
