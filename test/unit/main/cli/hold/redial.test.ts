import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Redial } from '../../../../../main/cli/hold/redial.js';

beforeEach(() => {
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate', 'performance'],
  });
});
afterEach(() => {
  vi.useRealTimers();
});

function redial({ hasPath = true } = {}) {
  const network = { hasPath };
  const attempt = vi.fn<(cause: 'network' | 'retry') => void>();
  // Chance at its largest: delays are the full backoff.
  const dial = new Redial({ hasPath: () => network.hasPath, attempt, random: () => 1 });
  return { dial, attempt, network };
}

describe('Redial', () => {
  it('tries at once after the network took the connection, but not within the same turn', () => {
    const { dial, attempt } = redial();
    dial.lost('network');
    expect(attempt).not.toHaveBeenCalled();
    vi.advanceTimersByTime(0);
    expect(attempt).toHaveBeenCalledExactlyOnceWith('network');
  });

  it('backs off from 100 ms to 5 s while the peer refuses', () => {
    const { dial, attempt } = redial();
    const delays = Array.from({ length: 8 }, () => {
      attempt.mockClear();
      dial.lost('peer');
      const start = performance.now();
      while (attempt.mock.calls.length === 0) vi.advanceTimersByTime(1);
      return performance.now() - start;
    });
    expect(delays).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000]);
  });

  it('draws half of each delay by chance', () => {
    const attempt = vi.fn();
    const dial = new Redial({ hasPath: () => true, attempt, random: () => 0 });
    dial.lost('peer');
    vi.advanceTimersByTime(49);
    expect(attempt).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(attempt).toHaveBeenCalledExactlyOnceWith('retry');
  });

  it('makes no attempt without a path, and one at once when there is one again', () => {
    const { dial, attempt, network } = redial({ hasPath: false });
    dial.lost('peer');
    dial.networkChanged(true);
    vi.advanceTimersByTime(60_000);
    expect(attempt).not.toHaveBeenCalled();
    network.hasPath = true;
    dial.networkChanged(false);
    vi.advanceTimersByTime(0);
    expect(attempt).toHaveBeenCalledExactlyOnceWith('network');
  });

  it('takes back a retry whose path goes', () => {
    const { dial, attempt, network } = redial();
    dial.lost('peer');
    network.hasPath = false;
    dial.networkChanged(false);
    vi.advanceTimersByTime(60_000);
    expect(attempt).not.toHaveBeenCalled();
  });

  it('does not wait out a backoff when the default path becomes another one', () => {
    const { dial, attempt } = redial();
    for (let failure = 0; failure < 6; failure++) dial.lost('peer');
    dial.networkChanged(true);
    vi.advanceTimersByTime(0);
    expect(attempt).toHaveBeenCalledExactlyOnceWith('network');
  });

  it('leaves a backoff alone when something else changes', () => {
    const { dial, attempt } = redial();
    dial.lost('peer');
    dial.networkChanged(false);
    vi.advanceTimersByTime(99);
    expect(attempt).not.toHaveBeenCalled();
  });

  it('starts over after a connection that lasted, not after one that the peer ended at once', () => {
    const { dial, attempt } = redial();
    dial.lost('peer');
    dial.connected();
    vi.advanceTimersByTime(999);
    attempt.mockClear();
    dial.lost('peer');
    vi.advanceTimersByTime(199);
    expect(attempt).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    dial.connected();
    vi.advanceTimersByTime(1000);
    attempt.mockClear();
    dial.lost('peer');
    vi.advanceTimersByTime(100);
    expect(attempt).toHaveBeenCalledOnce();
  });

  it('does not try at once where a connection was condemned although nothing changed', () => {
    const { dial, attempt } = redial();
    dial.connected();
    dial.lost('network');
    vi.advanceTimersByTime(99);
    expect(attempt).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    dial.connected();
    attempt.mockClear();
    dial.networkChanged(false);
    dial.lost('network');
    vi.advanceTimersByTime(0);
    expect(attempt).toHaveBeenCalledExactlyOnceWith('network');
  });

  it('makes no attempt once it is closed', () => {
    const { dial, attempt } = redial();
    dial.lost('network');
    dial.close();
    dial.networkChanged(true);
    vi.advanceTimersByTime(60_000);
    expect(attempt).not.toHaveBeenCalled();
  });
});
