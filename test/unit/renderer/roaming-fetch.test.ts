import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { PathLostError } from '../../../renderer/path-lost-error.js';
import { signalFor } from '../../../renderer/path-signals.js';
import { roamingFetch } from '../../../renderer/roaming-fetch.js';
import { PageNetworkLab } from './page-network-lab.js';

const { waitFor } = vi;

/** An HTTP server that leaves its answers to the test. */
class SilentServer implements AsyncDisposable {
  readonly requests: { readonly method: string; readonly response: ServerResponse }[] = [];
  readonly #server = createServer((request, response) => {
    this.requests.push({ method: request.method ?? '', response });
  });

  static async listen(): Promise<SilentServer> {
    const silent = new SilentServer();
    silent.#server.listen(0, '127.0.0.1');
    await once(silent.#server, 'listening');
    return silent;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  async received(count: number): Promise<void> {
    await waitFor(() => expect(this.requests).toHaveLength(count));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

const lost = expect.objectContaining({ code: 'ERR_ROAMKIT_UNROUTABLE', reason: 'link-down' });

describe('signalFor', () => {
  it('is aborted with the reason when the path is dead, and is another one afterwards', async () => {
    await using lab = await PageNetworkLab.open();
    const signal = signalFor('https://example.com/a');
    expect(signalFor('https://example.com/b')).toBe(signal);
    expect(signalFor('https://example.org/')).not.toBe(signal);
    await waitFor(() => expect(lab.tracked).toEqual([1, 2]));
    await new Promise(setImmediate);
    lab.invalidate(1);
    expect(signal.reason).toBeInstanceOf(PathLostError);
    expect(signal.reason).toEqual(lost);
    expect(signalFor('https://example.com/').aborted).toBe(false);
  });

  it('watches the path as it is now, and gives up the oldest of several', async () => {
    await using lab = await PageNetworkLab.open();
    const first = signalFor('https://example.com/');
    lab.move('soon', []);
    expect(signalFor('https://example.com/')).not.toBe(first);
    await waitFor(() => expect(lab.tracked).toEqual([1, 2]));
    for (let more = 0; more < 3; more++) {
      lab.move('soon', []);
      signalFor('https://example.com/');
    }
    await waitFor(() => expect(lab.untracked).toEqual([1]));
    expect(lab.tracked).toHaveLength(5);
  });

  it('is never aborted where there is no peer', async () => {
    await using lab = await PageNetworkLab.open();
    expect(signalFor('data:,x').aborted).toBe(false);
    expect(lab.tracked).toEqual([]);
    expect(() => signalFor('nowhere')).toThrow(TypeError);
  });
});

describe('roamingFetch', () => {
  it('answers like fetch', async () => {
    await using _lab = await PageNetworkLab.open();
    await using server = await SilentServer.listen();
    const answer = roamingFetch(server.url);
    await server.received(1);
    server.requests[0]?.response.end('ok');
    expect(await (await answer).text()).toBe('ok');
  });

  it('puts a request whose path died once more, and no more than that', async () => {
    await using lab = await PageNetworkLab.open();
    await using server = await SilentServer.listen();
    const answer = roamingFetch(server.url);
    const rejected = expect(answer).rejects.toEqual(lost);
    await server.received(1);
    lab.invalidate(1);
    await server.received(2);
    lab.invalidate(2);
    await rejected;
    expect(server.requests).toHaveLength(2);
  });

  it.each([
    ['a method that is not idempotent', { method: 'POST', body: 'x' }],
    ['retry: false', { retry: false }],
    [
      'a body that is a stream',
      { method: 'PUT', body: new Blob(['x']).stream(), duplex: 'half' } as RequestInit,
    ],
  ])('does not repeat it with %s', async (_what, init) => {
    await using lab = await PageNetworkLab.open();
    await using server = await SilentServer.listen();
    const rejected = expect(roamingFetch(server.url, init)).rejects.toEqual(lost);
    await server.received(1);
    lab.invalidate(1);
    await rejected;
    expect(server.requests).toHaveLength(1);
  });

  it('repeats what is not idempotent if so told', async () => {
    await using lab = await PageNetworkLab.open();
    await using server = await SilentServer.listen();
    const answer = roamingFetch(server.url, { method: 'POST', body: 'x', retry: true });
    await server.received(1);
    lab.invalidate(1);
    await server.received(2);
    server.requests[1]?.response.end('ok');
    expect((await answer).status).toBe(200);
  });

  it('does not repeat it where there is no path', async () => {
    await using lab = await PageNetworkLab.open();
    await using server = await SilentServer.listen();
    const rejected = expect(roamingFetch(server.url)).rejects.toEqual(lost);
    await server.received(1);
    lab.losePath();
    lab.invalidate(1);
    await rejected;
  });

  it('ends an answer that had begun, without asking again', async () => {
    await using lab = await PageNetworkLab.open();
    await using server = await SilentServer.listen();
    const answer = roamingFetch(server.url);
    await server.received(1);
    server.requests[0]?.response.write('half');
    const response = await answer;
    lab.invalidate(1);
    // Browsers give the signal's reason; Node 20 an AbortError of its own.
    await expect(response.text()).rejects.toThrow();
    expect(server.requests).toHaveLength(1);
  });

  it("heeds the caller's own signal", async () => {
    await using _lab = await PageNetworkLab.open();
    await using server = await SilentServer.listen();
    const controller = new AbortController();
    const answer = roamingFetch(server.url, { signal: controller.signal });
    await server.received(1);
    controller.abort(new Error('enough'));
    await expect(answer).rejects.toThrow('enough');
  });
});

describe("when the request's own failure comes before word of its path", () => {
  /** A request, under way, which then fails as one does whose socket was ended; `doubted`: the main process doubts its path. */
  async function failing(
    lab: PageNetworkLab,
    server: SilentServer,
    doubted: boolean,
    init: RequestInit = {},
  ) {
    const answer = roamingFetch(server.url, init);
    answer.catch(() => {});
    await server.received(1);
    await waitFor(() => expect(lab.tracked).toEqual([1]));
    if (doubted) lab.suspects.add(1);
    server.requests[0]?.response.destroy();
    await waitFor(() => expect(lab.asked).toContain(1));
    return { answer };
  }

  it.each([
    ['is put once more, if it may be', {}, 2],
    ['fails for the path, if not', { method: 'POST', body: 'x' }, 1],
  ])('it %s', async (_what, init, requests) => {
    await using lab = await PageNetworkLab.open();
    await using server = await SilentServer.listen();
    const { answer } = await failing(lab, server, true, init);
    expect(server.requests).toHaveLength(1);
    lab.invalidate(1);
    if (requests === 1) await expect(answer).rejects.toEqual(lost);
    await server.received(requests);
    server.requests[1]?.response.end('ok');
    if (requests === 2) expect((await answer).status).toBe(200);
  });

  it('the failure stands where nobody doubts the path, and one question tells', async () => {
    await using lab = await PageNetworkLab.open();
    await using server = await SilentServer.listen();
    const { answer } = await failing(lab, server, false);
    await expect(answer).rejects.toThrow(TypeError);
    expect(lab.asked).toEqual([1]);
    expect(server.requests).toHaveLength(1);
  });

  it('the failure stands where the path recovers', async () => {
    await using lab = await PageNetworkLab.open();
    await using server = await SilentServer.listen();
    const { answer } = await failing(lab, server, true);
    lab.suspects.delete(1);
    await expect(answer).rejects.toThrow(TypeError);
  });

  it('the failure stands where the doubt lasts', async () => {
    await using lab = await PageNetworkLab.open();
    await using server = await SilentServer.listen();
    const { answer } = await failing(lab, server, true);
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    // The pause that had begun is a real one.
    const asked = lab.asked.length;
    await waitFor(() => expect(lab.asked.length).toBeGreaterThan(asked));
    await vi.advanceTimersByTimeAsync(2000);
    vi.useRealTimers();
    await expect(answer).rejects.toThrow(TypeError);
  });

  it("the caller's own signal is heeded meanwhile", async () => {
    await using lab = await PageNetworkLab.open();
    await using server = await SilentServer.listen();
    const controller = new AbortController();
    const { answer } = await failing(lab, server, true, { signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(answer).rejects.toThrow('enough');
  });
});
