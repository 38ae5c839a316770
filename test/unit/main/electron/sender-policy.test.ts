import { describe, expect, it } from 'vitest';
import { RoamkitError } from '../../../../core/errors.js';
import {
  checkSender,
  originCheck,
  type SenderEvent,
  type SenderFrame,
} from '../../../../main/electron/sender-policy.js';

function frame(changes: Partial<SenderFrame> = {}): SenderFrame {
  const origin = changes.origin ?? 'file://';
  return { origin, parent: null, top: { origin }, processId: 4, routingId: 1, ...changes };
}

function event(senderFrame: SenderFrame | null, changes: Partial<SenderEvent> = {}): SenderEvent {
  return { processId: 4, frameId: 1, senderFrame, sender: { isDestroyed: () => false }, ...changes };
}

describe('origins by default', () => {
  it.each([
    ['file://', true, true],
    ['http://localhost:5173', true, false],
    ['https://localhost', true, false],
    ['http://127.0.0.1:8080', true, false],
    ['http://[::1]:3000', true, false],
    ['http://localhost.evil.example', false, false],
    ['http://127.0.0.1.evil.example:80', false, false],
    ['https://example.com', false, false],
    ['app://bundle', false, false],
    ['null', false, false],
    ['', false, false],
  ])('%s: unpackaged %s, packaged %s', (origin, inDevelopment, packaged) => {
    expect(originCheck(undefined, false)(origin)).toBe(inDevelopment);
    expect(originCheck(undefined, true)(origin)).toBe(packaged);
  });
});

describe('a list of origins', () => {
  const isAllowed = originCheck(
    ['https://app.example.com', 'http://localhost:5173/', 'app:', 'local://one'],
    false,
  );

  it.each([
    ['https://app.example.com', true],
    ['http://localhost:5173', true],
    ['app://bundle', true],
    ['app://other', true],
    ['local://one', true],
    ['local://two', false],
    ['http://app.example.com', false],
    ['https://app.example.com:8443', false],
    ['https://app.example.com.evil.example', false],
    ['http://localhost:5174', false],
    ['application://bundle', false],
    ['file://', false],
    ['null', false],
  ])('%s: %s', (origin, expected) => {
    expect(isAllowed(origin)).toBe(expected);
  });

  it('may be empty: then nobody may ask', () => {
    expect(originCheck([], false)('file://')).toBe(false);
  });

  it.each([
    ['*'],
    ['null'],
    ['https:'],
    ['http:'],
    ['https://example.com/path'],
    ['https://*.example.com'],
    ['example.com'],
    [7],
  ])('cannot hold %j', (entry) => {
    expect(() => originCheck([entry as string], false)).toThrow(RoamkitError);
    expect(() => originCheck([entry as string], false)).toThrow(/^allowedOrigins\[0\]: /);
  });
});

describe('senders', () => {
  const policy = { isAllowedOrigin: originCheck(['file:', 'app:'], true), allowSubframes: false };
  const withSubframes = { ...policy, allowSubframes: true };
  const inside = (changes: Partial<SenderFrame>) => event(frame({ parent: {}, ...changes }));

  it('may be a main frame of an allowed origin', () => {
    expect(checkSender(event(frame()), policy)).toBeNull();
  });

  it('may not be of another origin', () => {
    expect(checkSender(event(frame({ origin: 'https://example.com' })), policy)).toBe('origin');
    expect(checkSender(event(frame({ origin: 'null' })), policy)).toBe('origin');
  });

  it('may be a frame inside a page only where that is allowed, and of an allowed origin like the page', () => {
    expect(checkSender(inside({}), policy)).toBe('sender');
    expect(checkSender(inside({}), withSubframes)).toBeNull();
    expect(checkSender(inside({ origin: 'https://example.com' }), withSubframes)).toBe('origin');
    expect(checkSender(inside({ top: { origin: 'https://example.com' } }), withSubframes)).toBe('origin');
    expect(checkSender(inside({ top: null }), withSubframes)).toBe('origin');
  });

  it('may not be gone', () => {
    expect(checkSender(event(null), policy)).toBe('sender');
    expect(checkSender(event(frame(), { sender: { isDestroyed: () => true } }), policy)).toBe('sender');
  });

  it('may not be a page that is being left, seen as its successor', () => {
    expect(checkSender(event(frame({ processId: 5 })), policy)).toBe('sender');
    expect(checkSender(event(frame({ routingId: 2 })), policy)).toBe('sender');
  });

  it('are refused, without an exception, where Electron throws on a frame that was disposed of', () => {
    const disposed = frame();
    Object.defineProperty(disposed, 'origin', {
      get: () => {
        throw new Error('Render frame was disposed before WebFrameMain could be accessed');
      },
    });
    expect(checkSender(event(disposed), policy)).toBe('sender');
  });
});
