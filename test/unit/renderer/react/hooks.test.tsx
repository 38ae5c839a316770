// @vitest-environment happy-dom
import { act, renderHook } from '@testing-library/react';
import { StrictMode } from 'react';
import { describe, expect, it, vi } from 'vitest';
import type { ReconnectSignal } from '../../../../core/reconnect/signal.js';
import { usePortal, useReconnect } from '../../../../renderer/react/index.js';
import { portal } from '../portals.js';
import { reactPage } from './react-page.js';

const { main } = reactPage();

describe('useReconnect', () => {
  const signal = (generation: number): ReconnectSignal => ({
    generation,
    cause: 'path-changed',
    reason: null,
    urgency: 'now',
    delayMs: 12,
  });

  it('calls the handler with each signal until it is unmounted', () => {
    const handler = vi.fn();
    const { unmount } = renderHook(() => useReconnect(handler));
    main().tell('reconnect', signal(1));
    main().tell('reconnect', signal(2));
    unmount();
    main().tell('reconnect', signal(3));
    expect(handler.mock.calls).toEqual([[signal(1)], [signal(2)]]);
  });

  it('calls the handler of the latest render, and misses none in between', () => {
    const handlers = [vi.fn(), vi.fn()];
    const { rerender } = renderHook(({ handler }) => useReconnect(handler), {
      initialProps: { handler: handlers[0] as () => void },
    });
    rerender({ handler: handlers[1] as () => void });
    main().tell('reconnect', signal(1));
    expect(handlers[0]).not.toHaveBeenCalled();
    expect(handlers[1]).toHaveBeenCalledExactlyOnceWith(signal(1));
  });

  it('calls it once in StrictMode too', () => {
    const handler = vi.fn();
    renderHook(() => useReconnect(handler), { wrapper: StrictMode });
    main().tell('reconnect', signal(1));
    expect(handler).toHaveBeenCalledTimes(1);
  });
});

describe('usePortal', () => {
  it('says whether a portal holds the network back, and for which family', () => {
    const rendered = vi.fn();
    const { result } = renderHook(() => {
      rendered();
      return usePortal();
    });
    const nothing = { isPortal: false, families: { 4: false, 6: false }, portal: null, isDismissed: false };
    expect(result.current).toMatchObject(nothing);
    act(() => main().tell('delta', { seq: 1, changed: { generation: 4 } }));
    expect(rendered).toHaveBeenCalledTimes(1);
    act(() =>
      main().tell('delta', { seq: 2, changed: { status: 'portal', families: { 4: 'portal', 6: 'local' } } }),
    );
    expect(result.current).toMatchObject({ isPortal: true, families: { 4: true, 6: false }, portal: null });
  });

  it('signs in and looks again, with functions that stay the same', async () => {
    const { result } = renderHook(() => usePortal());
    const { signIn, recheck } = result.current;
    act(() => main().tell('delta', { seq: 1, changed: { portal: portal(1) } }));
    expect(result.current.signIn).toBe(signIn);
    const answers = Promise.all([signIn(), recheck()]);
    await main().answer('openPortal', { ok: true, value: true });
    await main().answer('recheckPortal', { ok: true, value: 'portal' });
    expect(await answers).toEqual([true, 'portal']);
  });

  it('dismisses a portal for all who ask, until the network is another one', () => {
    const [one, other] = [renderHook(() => usePortal()), renderHook(() => usePortal())];
    act(() => main().tell('delta', { seq: 1, changed: { portal: portal(101) } }));
    act(() => one.result.current.dismiss());
    expect([one.result.current.isDismissed, other.result.current.isDismissed]).toEqual([true, true]);
    act(() => main().tell('delta', { seq: 2, changed: { portal: portal(102) } }));
    expect(other.result.current.isDismissed).toBe(false);
  });
});
