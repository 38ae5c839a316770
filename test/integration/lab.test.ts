import { describe, expect, it } from 'vitest';
import { Lab, twoLinkLab, waitFor } from '../lab/index.js';

describe('hosts and links', () => {
  it('lets two linked hosts reach each other over IPv4 and IPv6 at once', async () => {
    await using lab = await Lab.create();
    const [client, server] = await Promise.all([lab.host('client'), lab.host('server')]);
    await lab.link(client, server, {
      names: ['wlan0', 'eth0'],
      addresses: [
        ['192.0.2.1/24', '2001:db8::1/64'],
        ['192.0.2.2/24', '2001:db8::2/64'],
      ],
    });
    const echo = await server.tcpEcho({ port: 7000 });
    expect(echo.port).toBe(7000);
    expect(await client.reach('192.0.2.2', 7000)).toBe('192.0.2.1');
    expect(await client.reach('2001:db8::2', 7000)).toBe('2001:db8::1');
    await echo.close();
    expect(await client.reach('192.0.2.2', 7000)).toBeUndefined();
  });

  it('hands out a link that is quiet: up, with a link-local address, none tentative', async () => {
    await using lab = await Lab.create();
    const [client, server] = await Promise.all([lab.host('client'), lab.host('server')]);
    const { a, b } = await lab.link(client, server, { addresses: [['2001:db8::1/64'], []] });
    for (const end of [a, b]) {
      const { operstate, addr_info: addresses } = await end.state();
      expect(operstate).toBe('UP');
      expect(addresses.some(({ scope }) => scope === 'link')).toBe(true);
      expect(addresses.filter(({ tentative }) => tentative)).toEqual([]);
    }
  });

  it('runs duplicate address detection where asked', async () => {
    await using lab = await Lab.create();
    const [client, server] = await Promise.all([lab.host('client', { dad: true }), lab.host('server')]);
    const { a } = await lab.link(client, server);
    await a.addAddress('2001:db8::1/64');
    const address = (await client.dump()).addresses.find(({ local }) => local === '2001:db8::1');
    expect(address?.tentative).toBe(true);
  });

  it('moves, renames, readdresses and deletes link ends', async () => {
    await using lab = await Lab.create();
    const [client, server, other] = await Promise.all([
      lab.host('client'),
      lab.host('server'),
      lab.host('other'),
    ]);
    const link = await lab.link(client, server);
    await link.a.addAddress('192.0.2.1/24');
    await link.a.removeAddress('192.0.2.1/24');
    await link.a.rename('wifi');
    expect((await client.dump()).links.map(({ ifname }) => ifname)).toEqual(['lo', 'wifi']);
    await link.a.moveTo(other, 'moved');
    await link.a.up();
    expect((await client.dump()).links.map(({ ifname }) => ifname)).toEqual(['lo']);
    expect(link.a.title).toBe('other/moved');
    await link.delete();
    expect((await server.dump()).links.map(({ ifname }) => ifname)).toEqual(['lo']);
  });

  it('bridges the links of several hosts', async () => {
    await using lab = await Lab.create();
    const [one, two, hub] = await Promise.all([lab.host('one'), lab.host('two'), lab.host('hub')]);
    const links = await Promise.all([
      lab.link(hub, one, { addresses: [[], ['192.0.2.1/24']] }),
      lab.link(hub, two, { addresses: [[], ['192.0.2.2/24']] }),
    ]);
    await lab.bridge(hub, 'br0', {
      ports: links.map(({ a }) => a),
      addresses: ['192.0.2.3/24', '2001:db8::3/64'],
    });
    const echo = await two.tcpEcho();
    expect(await one.reach('192.0.2.2', echo.port)).toBe('192.0.2.1');
    expect(await hub.reach('192.0.2.2', echo.port)).toBe('192.0.2.3');
  });

  it('writes and reads kernel settings of the host only, also with defaults of its own', async () => {
    await using lab = await Lab.create();
    const [one, two] = await Promise.all([
      lab.host('one', { sysctls: { 'net.ipv6.conf.all.keep_addr_on_down': 1 } }),
      lab.host('two'),
    ]);
    expect(await one.sysctl('net.ipv4.conf.all.promote_secondaries', 1)).toBe('1');
    expect(await one.sysctl('net.ipv6.conf.all.keep_addr_on_down')).toBe('1');
    expect(await two.sysctl('net.ipv4.conf.all.promote_secondaries')).toBe('0');
    expect(await two.sysctl('net.ipv6.conf.all.keep_addr_on_down')).toBe('0');
  });

  it('does not mix up two labs with the same names', async () => {
    const [one, two] = await Promise.all([twoLinkLab(), twoLinkLab()]);
    await one.client.ip('route add 198.18.0.0/15 via 192.0.2.254');
    await one.close();
    const { routes } = await two.client.dump();
    expect(routes.filter(({ dst }) => dst === '198.18.0.0/15')).toEqual([]);
    expect(routes.filter(({ dst }) => dst === 'default')).toHaveLength(4);
    await two.close();
  });

  it('refuses a second host of the same name, and anything after it was closed', async () => {
    const lab = await Lab.create();
    const host = await lab.host('client');
    expect(() => lab.host('client')).toThrow('this lab has a host "client" already');
    await lab.close();
    await lab.close();
    expect(() => lab.host('late')).toThrow('this lab is closed');
    expect(() => host.ip('link show')).toThrow('host "client" is closed');
  });
});

describe('what goes wrong', () => {
  it('names the host, the line and the answer of the kernel when a batch fails, and stops there', async () => {
    await using lab = await Lab.create();
    const client = await lab.host('client');
    const batch = client.ip(['link add v0 type veth peer name v1', '', 'link set v9 up', 'link del v0']);
    await expect(batch).rejects.toThrow(
      'host "client": `ip link set v9 up` (line 2 of 3) failed: Cannot find device "v9"',
    );
    expect((await client.dump()).links.map(({ ifname }) => ifname).sort()).toEqual(['lo', 'v0', 'v1']);
  });

  it('names the host, the command and its stderr when a command fails', async () => {
    await using lab = await Lab.create();
    const client = await lab.host('client');
    await expect(client.exec('sh', ['-c', 'echo oops >&2; exit 3'])).rejects.toThrow(
      'host "client": `sh -c "echo oops >&2; exit 3"` exited with 3: oops',
    );
    await expect(client.exec('sleep', ['60'], { timeoutMs: 50 })).rejects.toThrow('did not end within 50 ms');
    await expect(client.exec('no-such-command')).rejects.toThrow('no-such-command');
  });

  it('tells what a program said when it ends before the awaited line', async () => {
    await using lab = await Lab.create();
    const client = await lab.host('client');
    const program = await client.spawn('sh', ['-c', 'echo one; echo oops >&2; exit 4']);
    expect(await program.nextLine()).toBe('one');
    await expect(program.nextLine()).rejects.toThrow(/ended with 4 before it wrote the line; stderr: oops/);
    await expect(client.tcpEcho({ host: '192.0.2.99' })).rejects.toThrow('EADDRNOTAVAIL');
  });

  it('tells what was waited for', async () => {
    const condition = (): boolean => {
      throw new Error('not there');
    };
    await expect(waitFor(condition, { what: 'a miracle', timeoutMs: 20 })).rejects.toThrow(
      'waited 20 ms in vain for a miracle; the last look failed: not there',
    );
  });
});

describe('the two-link lab', () => {
  it('forwards IPv4 and IPv6 from either link to the server, by the better one if not told', async () => {
    await using net = await twoLinkLab();
    const { client, server, addresses } = net;
    const { port } = await server.tcpEcho();
    const attempts = [
      client.reach(addresses.server.v4, port),
      client.reach(addresses.server.v6, port),
      client.reach(addresses.server.v4, port, { source: addresses.wifi.v4 }),
      client.reach(addresses.server.v6, port, { source: addresses.wifi.v6 }),
    ];
    expect(await Promise.all(attempts)).toEqual([
      addresses.ethernet.v4,
      addresses.ethernet.v6,
      addresses.wifi.v4,
      addresses.wifi.v6,
    ]);
  });

  it('prefers the link of the lower metric', async () => {
    await using net = await twoLinkLab({ metrics: { wifi: 50 } });
    const { port } = await net.server.tcpEcho();
    expect(await net.client.reach(net.addresses.server.v4, port)).toBe(net.addresses.wifi.v4);
  });

  it('serves HTTP and WebSocket', async () => {
    await using net = await twoLinkLab();
    const [http, echo] = await Promise.all([net.server.http(), net.server.webSocketEcho()]);
    const script = `
      const [http, ws] = process.argv.slice(1);
      const text = async (path) => (await fetch(http + path)).text();
      console.log(await text('/'), await text('/whoami'), await text('/slow?ms=5'));
      for (const path of ['/stream?ms=1', '/events?ms=1']) {
        const body = (await fetch(http + path)).body.getReader();
        await body.read();
        await body.read();
        await body.cancel();
      }
      const moved = await fetch(http + '/status?code=302&location=/elsewhere', { redirect: 'manual' });
      console.log(moved.status, moved.headers.get('location'));
      const { WebSocket } = await import('ws');
      const socket = new WebSocket(ws + '/whoami');
      socket.on('open', () => socket.send('hello'));
      socket.on('message', (data) => {
        console.log(String(data));
        if (String(data) === 'hello') socket.close();
      });`;
    const { stdout } = await net.client.exec(process.execPath, [
      ...['--input-type=module', '-e', script],
      `http://${net.addresses.server.v4}:${http.port}`,
      `ws://[${net.addresses.server.v6}]:${echo.port}`,
    ]);
    expect(stdout.trim().split('\n')).toEqual([
      `ok ${net.addresses.ethernet.v4} ok`,
      '302 /elsewhere',
      net.addresses.ethernet.v6,
      'hello',
    ]);
  });

  it('has servers that outlive clients who gave up before they were served', async () => {
    await using net = await twoLinkLab();
    const echo = await net.server.webSocketEcho();
    const { v4 } = net.addresses.server;
    process.kill(echo.process.pid, 'SIGSTOP');
    const script = `
      const socket = require('node:net').connect(${echo.port}, '${v4}', () => {
        const headers = ['Host: x', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'];
        headers.push('Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==');
        socket.write(['GET /whoami HTTP/1.1', ...headers, '', ''].join('\\r\\n'), () => socket.resetAndDestroy());
      });`;
    await net.client.exec(process.execPath, ['-e', script]);
    process.kill(echo.process.pid, 'SIGCONT');
    const later = `
      const socket = new (require('ws').WebSocket)('ws://${v4}:${echo.port}/whoami');
      socket.on('message', (data) => socket.close(console.log(String(data))));`;
    const { stdout } = await net.client.exec(process.execPath, ['-e', later]);
    expect(stdout.trim()).toBe(net.addresses.ethernet.v4);
  });
});
