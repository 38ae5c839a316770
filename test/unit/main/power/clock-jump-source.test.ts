import { describe, expect, it } from 'vitest';
import { ClockJumpSource, type PowerClock, type PowerEvent } from '../../../../main/index.js';

/** A machine that sleeps when it is told to. */
class Machine implements PowerClock {
  #awakeMs = 5000;
  #sinceBootMs = 9000;
  #callback: (() => void) | null = null;
  intervalMs = 0;

  awakeMs(): number {
    return this.#awakeMs;
  }

  sinceBootMs(): number {
    return this.#sinceBootMs;
  }

  every(intervalMs: number, callback: () => void): () => void {
    this.intervalMs = intervalMs;
    this.#callback = callback;
    return () => {
      this.#callback = null;
    };
  }

  /** The timer comes after `awakeMs`, with `asleepMs` of sleep in between. */
  tick(awakeMs: number, asleepMs = 0): void {
    this.#awakeMs += awakeMs;
    this.#sinceBootMs += awakeMs + asleepMs;
    this.#callback?.();
  }
}

function watched(options: { readonly intervalMs?: number; readonly thresholdMs?: number } = {}): {
  machine: Machine;
  told: PowerEvent[];
  stop: () => void;
} {
  const machine = new Machine();
  const told: PowerEvent[] = [];
  const source = new ClockJumpSource({ ...options, clock: machine });
  return { machine, told, stop: source.watch((event) => told.push(event)) };
}

describe('tells a resume', () => {
  it('once, after the machine slept', () => {
    const { machine, told } = watched();
    machine.tick(2000);
    machine.tick(1500, 3_600_000);
    machine.tick(2000);
    expect(told).toEqual(['resume']);
  });

  it('once, after the process stood still', () => {
    const { machine, told } = watched();
    machine.tick(2000 + 2000);
    machine.tick(2000);
    expect(told).toEqual(['resume']);
  });

  it('each time', () => {
    const { machine, told } = watched();
    for (let sleep = 0; sleep < 3; sleep++) machine.tick(2000, 2000);
    expect(told).toEqual(['resume', 'resume', 'resume']);
  });
});

describe('tells nothing', () => {
  it("of less than the threshold, as a busy event loop and the clocks' grain make it", () => {
    const { machine, told } = watched({ intervalMs: 1000, thresholdMs: 500 });
    expect(machine.intervalMs).toBe(1000);
    for (const [awakeMs, asleepMs] of [
      [1000, 499],
      [1499, 0],
      [990, -10],
      [1, 0],
    ] as const) {
      machine.tick(awakeMs, asleepMs);
    }
    expect(told).toEqual([]);
  });

  it('of small differences that add up over days', () => {
    const { machine, told } = watched();
    for (let tick = 0; tick < 100_000; tick++) machine.tick(2001, 1);
    expect(told).toEqual([]);
  });

  it('once it is stopped', () => {
    const { machine, told, stop } = watched();
    stop();
    machine.tick(2000, 3_600_000);
    expect(told).toEqual([]);
  });
});

it.each<readonly [string, object]>([
  ['intervalMs', { intervalMs: 0 }],
  ['intervalMs', { intervalMs: 2 ** 31 }],
  ['thresholdMs', { thresholdMs: Number.NaN }],
])('refuses a time that is none, naming %s', (name, options) => {
  expect(() => new ClockJumpSource(options)).toThrow(new RegExp(`^${name}: `));
});
