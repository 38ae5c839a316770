import { EventEmitter } from 'eventemitter3';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  type DownloadingSession,
  resumeDownloads,
} from '../../../../../main/electron/sessions/resume-downloads.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { FakeSource } from '../../../support/fake-source.js';

type State = 'progressing' | 'interrupted' | 'completed';

/** A download that the test moves; it counts how often it is resumed, and then goes as the server lets it. */
class FakeDownload extends EventEmitter {
  resumed = 0;
  url = 'https://files.example/file';
  isServerUp = true;
  isPausedByUser = false;
  isResumable = true;
  #state: State = 'progressing';
  #receivedBytes = 0;

  readonly getURL = (): string => this.url;
  readonly getState = (): State => this.#state;
  readonly getReceivedBytes = (): number => this.#receivedBytes;
  readonly isPaused = (): boolean => this.isPausedByUser;
  readonly canResume = (): boolean => this.isResumable;

  resume(): void {
    this.resumed += 1;
    this.#become('progressing');
    if (this.isServerUp) this.progress();
    else this.interrupt();
  }

  progress(): void {
    this.#receivedBytes += 1000;
    this.#become('progressing');
  }

  interrupt(): void {
    this.#become('interrupted');
  }

  complete(): void {
    this.#state = 'completed';
    this.emit('done', {}, 'completed');
  }

  #become(state: State): void {
    this.#state = state;
    this.emit('updated', {}, state);
  }
}

let clock: FakeClock;
let network: FakeSource & Disposable;
let session: EventEmitter;
let item: FakeDownload;
let asked: (string | null)[];
let disposed: string[];
let stop: () => void;

beforeEach(() => {
  [clock, session, item] = [new FakeClock(), new EventEmitter(), new FakeDownload()];
  [asked, disposed] = [[], []];
  network = Object.assign(new FakeSource(), { [Symbol.dispose]: () => disposed.push('network') });
  stop = resumeDownloads(session as unknown as DownloadingSession, {
    networkTo: (address) => {
      asked.push(address);
      return network;
    },
    clock,
    random: () => 0.5,
  });
  session.emit('will-download', {}, item);
  item.progress();
});

describe('an interrupted download', () => {
  it('is resumed at once where there is a path, each time', () => {
    for (let time = 1; time <= 3; time++) {
      item.interrupt();
      clock.advance(1000);
      expect(item.resumed).toBe(time);
      clock.advance(5000);
      item.progress();
    }
  });

  it('waits for a path', () => {
    network.lose();
    item.interrupt();
    clock.advance(3_600_000);
    expect(item.resumed).toBe(0);
    network.appear();
    clock.advance(0);
    expect(item.resumed).toBe(1);
  });

  it('is tried ten times in a row and no more, with growing delays, and anew in a new generation', () => {
    item.isServerUp = false;
    item.interrupt();
    clock.advance(10_000);
    expect(item.resumed).toBeLessThan(10);
    clock.advance(3_600_000);
    expect(item.resumed).toBe(10);
    item.isServerUp = true;
    network.invalidate();
    clock.advance(1000);
    expect(item.resumed).toBe(10);
    network.move('now');
    clock.advance(1000);
    expect(item.resumed).toBe(11);
  });

  it.each(['isPausedByUser', 'isResumable'] as const)('stays as it is where %s says so', (property) => {
    item[property] = property === 'isPausedByUser';
    item.interrupt();
    clock.advance(3_600_000);
    network.move();
    clock.advance(3_600_000);
    expect(item.resumed).toBe(0);
  });

  it('is resumed again after somebody else has resumed it', () => {
    item.isPausedByUser = true;
    item.interrupt();
    clock.advance(1000);
    item.isPausedByUser = false;
    item.progress();
    item.interrupt();
    clock.advance(1000);
    expect(item.resumed).toBe(1);
  });
});

it('leaves a download alone that goes on while the network changes', () => {
  network.move('soon');
  network.move('now');
  clock.advance(60_000);
  expect(item.resumed).toBe(0);
});

it.each(['it is complete', 'roamkit stops'])('lets go of a download when %s', (what) => {
  item.interrupt();
  if (what === 'it is complete') item.complete();
  else stop();
  clock.advance(60_000);
  network.move('now');
  clock.advance(60_000);
  expect(item.resumed).toBe(0);
  expect(disposed).toEqual(['network']);
  expect([item.eventNames(), network.subscribers, clock.pending]).toEqual([[], 0, 0]);
});

it.each([
  ['https://files.example/file', null],
  ['http://192.0.2.1:8080/file', '192.0.2.1'],
  ['http://[2001:db8::1]/file', '2001:db8::1'],
  ['blob:app', null],
])('asks for the way that %s takes', (url, address) => {
  session.emit('will-download', {}, Object.assign(new FakeDownload(), { url }));
  expect(asked.at(-1)).toBe(address);
});
