import { connect, createServer, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  backendFlow,
  endpointText,
  type FlowDescriptor,
  flowOfDescriptor,
  flowOfSocket,
} from '../../../../../main/registry/sockets/flow-of-socket.js';

const remote = { address: '192.0.2.1', port: 443 };

describe('the flow of a descriptor', () => {
  it('is TCP, with nothing known of the local end, where that is not said', () => {
    expect(flowOfDescriptor({ remote })).toEqual({ protocol: 'tcp', local: null, remote, oif: null });
  });

  it('has all that is said', () => {
    const local = { address: '192.0.2.9', port: 0 };
    expect(flowOfDescriptor({ protocol: 'udp', local, remote, oif: 3 })).toEqual({
      protocol: 'udp',
      local,
      remote,
      oif: 3,
    });
  });

  it.each([
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:192.0.2.1', '192.0.2.1'],
    ['::ffff:c000:201', '192.0.2.1'],
    ['0:0:0:0:0:ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8::1', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1%eth0'],
    ['::192.0.2.1', '::192.0.2.1'],
  ])('reads %s as %s', (written, read) => {
    const { remote: end } = flowOfDescriptor({ remote: { address: written, port: 1 } });
    expect(end.address).toBe(read);
  });

  it.each<readonly [string, unknown]>([
    ['target.remote', { remote: undefined }],
    ['target.remote', { remote: null }],
    ['target.remote.address', { remote: { address: undefined, port: 1 } }],
    ['target.remote.address', { remote: { address: '192.0.2', port: 1 } }],
    ['target.remote.address', { remote: { address: '[2001:db8::1]', port: 1 } }],
    ['target.remote.port', { remote: { address: '192.0.2.1' } }],
    ['target.remote.port', { remote: { address: '192.0.2.1', port: '443' } }],
    ['target.remote.port', { remote: { address: '192.0.2.1', port: -1 } }],
    ['target.remote.port', { remote: { address: '192.0.2.1', port: 1.5 } }],
    ['target.local', { remote, local: 'here' }],
    ['target.local', { remote, local: null }],
    ['target.local.port', { remote, local: { address: '192.0.2.9', port: Number.NaN } }],
    ['target.protocol', { remote, protocol: 'TCP' }],
    ['target.oif', { remote, oif: 0 }],
    ['target.oif', { remote, oif: 2.5 }],
    ['target.close', { remote, close: null }],
  ])('refuses a bad %s: %j', (field, descriptor) => {
    expect(() => flowOfDescriptor(descriptor as FlowDescriptor)).toThrow(
      expect.objectContaining({
        code: 'ERR_ROAMKIT_INVALID_ARGUMENT',
        message: expect.stringMatching(`^${field.replaceAll('.', '\\.')}: `),
      }),
    );
  });
});

describe('the flow of a socket', () => {
  it('is null for one that is not connected', () => {
    expect(flowOfSocket(new Socket())).toBeNull();
  });

  it('is null for a Unix socket', async () => {
    const file = path.join(tmpdir(), `roamkit-flow-${process.pid}.sock`);
    const server = createServer().listen(file);
    const socket = connect(file);
    await new Promise((resolve) => socket.once('connect', resolve));
    expect(flowOfSocket(socket)).toBeNull();
    socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  it('has both ends of a connected one', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    const socket = connect(port, '127.0.0.1');
    await new Promise((resolve) => socket.once('connect', resolve));
    expect(flowOfSocket(socket)).toEqual({
      protocol: 'tcp',
      local: { address: '127.0.0.1', port: socket.localPort },
      remote: { address: '127.0.0.1', port },
      oif: null,
    });
    socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
});

describe('an endpoint in words', () => {
  it('has brackets around IPv6', () => {
    expect(endpointText(remote)).toBe('192.0.2.1:443');
    expect(endpointText({ address: 'fe80::1%eth0', port: 80 })).toBe('[fe80::1%eth0]:80');
  });
});

describe('a flow for the backend', () => {
  it('says null and 0 for what is not known', () => {
    expect(backendFlow({ protocol: 'tcp', local: null, remote, oif: null }, null)).toMatchObject({
      localAddress: null,
      localPort: 0,
      remoteAddress: '192.0.2.1',
      remotePort: 443,
      oif: 0,
    });
  });
});
