import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { TLSSocket } from 'node:tls';
import { openNetwork, type PortalBehaviour, redirectTo, signInPage } from './behaviour.js';

const SIGN_IN = '/sign-in';

/** Does what a behaviour says. `signedIn` is called when the form of a `captive` one is sent. Never rejects. */
export async function perform(
  behaviour: PortalBehaviour,
  request: IncomingMessage,
  response: ServerResponse,
  signedIn: () => void,
): Promise<void> {
  const socket: Socket = request.socket;
  switch (behaviour.kind) {
    case 'answer':
      return answer(behaviour, response);
    case 'drip':
      response.writeHead(behaviour.status ?? 200);
      return untilGone(response, async () => {
        response.write('.');
        await delay(behaviour.everyMs);
      });
    case 'flood':
      response.writeHead(behaviour.status ?? 200);
      return untilGone(response, () => flushed(response, '.'.repeat(16_384)));
    case 'truncate': {
      const { status = 200, body } = behaviour;
      response.writeHead(status, { 'content-length': Buffer.byteLength(body) + 1000 });
      response.write(body, () => socket.destroy());
      return;
    }
    case 'silence':
      return;
    case 'reset':
      await delay(behaviour.delayMs ?? 0);
      // TLS has no reset of its own.
      if (socket instanceof TLSSocket) socket.destroy();
      else socket.resetAndDestroy();
      return;
    case 'raw':
      socket.end(behaviour.bytes);
      return;
    case 'captive':
      return perform(captive(request, signedIn), request, response, signedIn);
  }
}

async function answer(
  {
    status = 204,
    headers = {},
    body = '',
    delayMs = 0,
    bodyDelayMs = 0,
  }: Extract<PortalBehaviour, { kind: 'answer' }>,
  response: ServerResponse,
): Promise<void> {
  await delay(delayMs);
  if (bodyDelayMs > 0) {
    response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers });
    response.flushHeaders();
    await delay(bodyDelayMs);
    response.end(body);
  } else {
    response.writeHead(status, headers).end(body);
  }
}

function captive({ method, url = '/', headers }: IncomingMessage, signedIn: () => void): PortalBehaviour {
  if (url.split('?', 1)[0] !== SIGN_IN) {
    return redirectTo(`http://${headers.host ?? 'localhost'}${SIGN_IN}`);
  }
  if (method !== 'POST') return signInPage();
  signedIn();
  return { ...openNetwork, status: 200, body: 'You are online.' } as PortalBehaviour;
}

async function untilGone(response: ServerResponse, step: () => Promise<void>): Promise<void> {
  while (!response.destroyed) await step();
}

function flushed(response: ServerResponse, text: string): Promise<void> {
  return new Promise((resolve) => {
    response.write(text, () => resolve());
    response.once('close', resolve);
  });
}
