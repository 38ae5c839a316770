import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, Socket } from 'node:net';
import { createServer as createTlsServer, connect as tlsConnect } from 'node:tls';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Connection, ConnectionRegistry } from '../../main/index.js';
import { type MonitoredLab, monitoredLab } from '../fixtures/monitored-lab.js';
import { waitFor } from '../lab/index.js';

// By which names a policy's rules know a socket's peer (docs/policy.md).

// A cipher suite with a shared key needs no certificates (RFC 4279).
const SHARED_KEY = {
  ciphers: 'PSK-AES128-GCM-SHA256',
  minVersion: 'TLSv1.2',
  maxVersion: 'TLSv1.2',
} as const;
const KEY = Buffer.alloc(16, 7);

let lab: MonitoredLab;
let registry: ConnectionRegistry;
const servers: Server[] = [];
const sockets: Socket[] = [];
beforeAll(async () => {
  lab = await monitoredLab();
});
beforeEach(() => {
  registry = lab.registry({
    policy: {
      rules: [
        { hosts: 'localhost', policy: { 'no-route': { graceMs: 1 } } },
        { hosts: '*.example.org', policy: { 'no-route': { graceMs: 2 } } },
      ],
    },
  });
});
afterAll(async () => {
  for (const closable of sockets) closable.destroy();
  for (const server of servers) server.close();
  await lab?.[Symbol.asyncDispose]();
});

async function listening(server: Server): Promise<number> {
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

function opened<S extends Socket>(socket: S): S {
  sockets.push(socket);
  return socket;
}

/** Which rule's: 1 or 2; 100: none. */
function rule(connection: Connection): number {
  return connection.policy['no-route'].graceMs;
}

function tlsTo(target: { port: number; host?: string; socket?: Socket; servername?: string }) {
  return tlsConnect({
    ...target,
    ...SHARED_KEY,
    checkServerIdentity: () => undefined,
    pskCallback: () => ({ psk: KEY, identity: 'test' }),
  });
}

describe('a socket', () => {
  it.each(['while it looks up its peer', 'once it is connected'])(
    'that is tracked %s is known by the name that it looked up',
    async (when) => {
      const port = await listening(createServer((socket) => opened(socket)));
      const socket = opened(connect({ host: 'localhost', port, family: 4 }));
      if (when === 'once it is connected') await once(socket, 'connect');
      const connection = registry.track(socket);
      if (when !== 'once it is connected') await once(socket, 'connect');
      expect(rule(connection)).toBe(1);
    },
  );

  it('that is tracked before its connect() is known by its name as soon as it looks it up', async () => {
    const port = await listening(createServer((socket) => opened(socket)));
    const socket = opened(new Socket());
    const connection = registry.track(socket);
    expect(rule(connection)).toBe(100);
    socket.connect({ host: 'localhost', port, family: 4 });
    await once(socket, 'connect');
    expect(rule(connection)).toBe(1);
  });

  it('to an address is known by no name', async () => {
    const port = await listening(createServer((socket) => opened(socket)));
    const socket = opened(connect({ host: '127.0.0.1', port }));
    await once(socket, 'connect');
    expect(rule(registry.track(socket))).toBe(100);
  });
});

describe('a TLS client', () => {
  it.each(['before', 'after'])(
    'that speaks through another socket is known by the name that it greets its peer by, tracked %s that',
    async (when) => {
      const port = await listening(
        createTlsServer({ ...SHARED_KEY, pskCallback: () => KEY }, (socket) => opened(socket)),
      );
      const proxied = opened(connect({ host: '127.0.0.1', port }));
      await once(proxied, 'connect');
      const socket = opened(tlsTo({ port, socket: proxied, servername: 'api.example.org' }));
      if (when === 'after') await once(socket, 'secureConnect');
      const connection = registry.track(socket);
      await waitFor(() => rule(connection) === 2, { what: 'the name' });
    },
  );
});

describe('a TLS server', () => {
  it("does not take the name that it is called by for its peer's", async () => {
    const server = createTlsServer({ ...SHARED_KEY, pskCallback: () => KEY });
    const port = await listening(server);
    opened(tlsTo({ port, host: '127.0.0.1', servername: 'api.example.org' }));
    const [accepted] = (await once(server, 'secureConnection')) as [ReturnType<typeof tlsTo>];
    opened(accepted);
    expect(rule(registry.track(accepted))).toBe(100);
  });
});
