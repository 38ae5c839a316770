import { describe, expect, it } from 'vitest';
import { signalForChange, signalForInvalidation } from '../../../../core/reconnect/signal.js';
import { changeBetween, ETHERNET, stateWith, WIFI } from '../../support/network-states.js';

describe('the signal for a change', () => {
  const signal = (...args: Parameters<typeof changeBetween>) => signalForChange(changeBetween(...args), 40);

  it('is to wait when the last path went: at once, nobody stampedes by waiting', () => {
    expect(signal(stateWith(WIFI, 1), stateWith(null, 2), [4])).toEqual({
      generation: 2,
      cause: 'path-lost',
      reason: null,
      urgency: 'wait',
      delayMs: 0,
    });
  });

  it('is to go now when a path appeared', () => {
    expect(signal(stateWith(null, 1), stateWith(WIFI, 2))).toMatchObject({
      cause: 'path-appeared',
      urgency: 'now',
      delayMs: 40,
    });
  });

  it('is to go soon when a better path appeared, and now when the old one is lost', () => {
    expect(signal(stateWith(WIFI, 1), stateWith(ETHERNET, 2))).toMatchObject({
      cause: 'path-changed',
      urgency: 'soon',
    });
    expect(signal(stateWith(WIFI, 1), stateWith(ETHERNET, 2), [4])).toMatchObject({
      cause: 'path-changed',
      urgency: 'now',
      delayMs: 40,
    });
  });

  it('is none where the generation is the same', () => {
    const state = stateWith(WIFI, 1);
    expect(signal(state, { ...state, seq: state.seq + 1, status: 'limited' })).toBeNull();
  });
});

describe('the signal for invalidated connections', () => {
  it('is to go now where there is a path, with the reason', () => {
    expect(signalForInvalidation(stateWith(WIFI, 7), 'link-down', 25)).toEqual({
      generation: 7,
      cause: 'invalidated',
      reason: 'link-down',
      urgency: 'now',
      delayMs: 25,
    });
  });

  it('is none without a path: its coming will signal', () => {
    expect(signalForInvalidation(stateWith(null, 7), 'no-route', 0)).toBeNull();
  });
});
