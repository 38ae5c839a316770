// @vitest-environment happy-dom
import { act, render, renderHook, screen } from '@testing-library/react';
import { Component, type ReactNode, StrictMode, startTransition, useState } from 'react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ConnectivitySnapshot } from '../../../../ipc/snapshot.js';
import { getRoamkit } from '../../../../renderer/get-roamkit.js';
import { useConnectivity } from '../../../../renderer/react/index.js';
import { reactPage } from './react-page.js';

const { main } = reactPage();

afterEach(() => {
  vi.restoreAllMocks();
});

let seq = 0;
beforeEach(() => {
  seq = 0;
});

function change(changed: Partial<ConnectivitySnapshot>): void {
  seq++;
  main().tell('delta', { seq, changed });
}

describe('useConnectivity', () => {
  it('gives the snapshot, and the next one', () => {
    const { result } = renderHook(() => useConnectivity());
    expect(result.current).toBe(getRoamkit().getSnapshot());
    act(() => change({ status: 'offline' }));
    expect(result.current).toMatchObject({ status: 'offline', seq: 1 });
  });

  it('renders again only when what it selects is another value', () => {
    const rendered = vi.fn();
    renderHook(() => rendered(useConnectivity(({ status }) => status)));
    act(() => change({ generation: 7 }));
    expect(rendered).toHaveBeenCalledExactlyOnceWith('online');
    act(() => change({ status: 'local' }));
    expect(rendered).toHaveBeenLastCalledWith('local');
    expect(rendered).toHaveBeenCalledTimes(2);
  });

  it('takes a selector, written inline, that makes a new object each time', () => {
    const rendered = vi.fn();
    const { result, rerender } = renderHook(() => {
      rendered();
      return useConnectivity(({ status, families }) => ({ status, ipv4: families[4] }));
    });
    const before = result.current;
    rerender();
    expect(result.current).toBe(before);
    act(() => change({ generation: 7 }));
    expect(rendered).toHaveBeenCalledTimes(2);
    expect(result.current).toBe(before);
  });

  it('does not render for ever with a selector whose values are never equal', () => {
    const rendered = vi.fn();
    renderHook(() => {
      rendered();
      return useConnectivity(
        () => ({}),
        () => false,
      );
    });
    expect(rendered).toHaveBeenCalledTimes(1);
    act(() => change({ generation: 7 }));
    expect(rendered).toHaveBeenCalledTimes(2);
  });

  it('follows a selector that changes with the props', () => {
    const { result, rerender } = renderHook(
      ({ family }: { family: 4 | 6 }) => useConnectivity(({ families }) => families[family]),
      { initialProps: { family: 4 } },
    );
    act(() => change({ families: { 4: 'online', 6: 'local' } }));
    rerender({ family: 6 });
    expect(result.current).toBe('local');
  });

  it('shows what changed between rendering and subscribing', () => {
    let isFirst = true;
    const { result } = renderHook(() => {
      const status = useConnectivity((snapshot) => snapshot.status);
      // As another component's effect or a message in between would.
      if (isFirst) change({ status: 'offline' });
      isFirst = false;
      return status;
    });
    expect(result.current).toBe('offline');
  });

  it('lets a selector throw into the error boundary, and into nobody else', () => {
    vi.spyOn(console, 'error').mockImplementation(() => {});
    class Boundary extends Component<{ readonly children: ReactNode }, { readonly failed: boolean }> {
      override state = { failed: false };
      static getDerivedStateFromError = () => ({ failed: true });
      override render(): ReactNode {
        return this.state.failed ? 'failed' : this.props.children;
      }
    }
    const Throwing = () =>
      useConnectivity(({ status }) => {
        if (status === 'offline') throw new Error('selector');
        return status;
      });
    const other = vi.fn();
    getRoamkit().subscribe(other);
    const { container } = render(
      <Boundary>
        <Throwing />
      </Boundary>,
    );
    act(() => change({ status: 'offline' }));
    expect(container.textContent).toBe('failed');
    expect(other).toHaveBeenCalledTimes(1);
  });
});

describe('in StrictMode', () => {
  it('leaves no listener behind, however often it mounts', () => {
    const counts = listenerCounts();
    const Status = () => useConnectivity(({ status }) => status);
    const { rerender, unmount } = render(<StrictMode>{null}</StrictMode>);
    for (let mount = 0; mount < 5; mount++) {
      rerender(
        <StrictMode>
          <Status key={mount} />
        </StrictMode>,
      );
      expect(counts.now).toBe(1);
    }
    // Or nothing was counted.
    expect(counts.added).toBeGreaterThanOrEqual(10);
    unmount();
    expect(counts.now).toBe(0);
  });
});

describe('in concurrent rendering', () => {
  it('never shows two answers at once, though a change comes while a slow tree is being rendered', async () => {
    const seen: string[][] = [];
    const Status = ({ id }: { readonly id: number }) => {
      const status = useConnectivity((snapshot) => snapshot.status);
      // Slow enough for React to yield to the browser in between.
      const until = performance.now() + 8;
      while (performance.now() < until);
      return <li data-testid={`status-${id}`}>{status}</li>;
    };
    const ids = Array.from({ length: 8 }, (_, id) => id);
    let show = (_isShown: boolean): void => {};
    const Page = () => {
      const [isShown, setShown] = useState(false);
      show = setShown;
      return <ul>{isShown && ids.map((id) => <Status key={id} id={id} />)}</ul>;
    };
    // Outside `act`, which would render without a break.
    Reflect.set(globalThis, 'IS_REACT_ACT_ENVIRONMENT', false);
    try {
      const { container } = render(<Page />);
      const look = () => seen.push([...container.querySelectorAll('li')].map((li) => li.textContent ?? ''));
      const observer = new MutationObserver(look);
      observer.observe(container, { childList: true, subtree: true, characterData: true });
      startTransition(() => show(true));
      // Changes arrive while the transition is under way.
      await vi.waitFor(
        () => {
          change({ status: seq % 2 === 0 ? 'offline' : 'online' });
          expect(screen.queryAllByTestId(/status/)).toHaveLength(ids.length);
        },
        { interval: 5, timeout: 10_000 },
      );
      await vi.waitFor(() => {
        look();
        expect(new Set(seen.at(-1))).toEqual(new Set([getRoamkit().getSnapshot().status]));
      });
      observer.disconnect();
    } finally {
      Reflect.set(globalThis, 'IS_REACT_ACT_ENVIRONMENT', true);
    }
    expect(seq).toBeGreaterThan(1);
    expect(seen.filter((texts) => new Set(texts).size > 1)).toEqual([]);
  });
});

/** Counts who listens to the page's client. */
function listenerCounts(): { readonly now: number; readonly added: number } {
  const counts = { now: 0, added: 0 };
  const client = getRoamkit();
  const { subscribe } = client;
  vi.spyOn(client, 'subscribe').mockImplementation((listener) => {
    const stop = subscribe(listener);
    counts.now++;
    counts.added++;
    return () => {
      counts.now--;
      stop();
    };
  });
  return counts;
}
