import { describe, expect, it } from 'vitest';
import { parseTarget } from '../../../../../main/cli/hold/target.js';

describe('parseTarget', () => {
  it.each([
    ['192.0.2.1:80', '192.0.2.1', 80],
    ['[2001:db8::1]:443', '2001:db8::1', 443],
    ['[fe80::1%eth0]:1', 'fe80::1%eth0', 1],
    ['example.org:65535', 'example.org', 65535],
    ['localhost:7', 'localhost', 7],
  ])('reads %s', (text, host, port) => {
    expect(parseTarget(text)).toEqual({ host, port });
  });

  it.each([
    ['example.org', "'example.org' is not HOST:PORT"],
    ['', "'' is not HOST:PORT"],
    ['2001:db8::1:443', "'2001:db8::1:443' is not HOST:PORT (IPv6: [ADDRESS]:PORT)"],
    ['[192.0.2.1]:80', "'[192.0.2.1]:80': '192.0.2.1' is not an IPv6 address"],
    ['300.1.1.1:80', "'300.1.1.1:80': '300.1.1.1' is neither an address nor a name"],
    [':80', "':80': '' is neither an address nor a name"],
    ['a b:80', "'a b:80': 'a b' is neither an address nor a name"],
    ['h:0', "'h:0': the port must be 1 to 65535, not '0'"],
    ['h:65536', "'h:65536': the port must be 1 to 65535, not '65536'"],
    ['h:http', "'h:http': the port must be 1 to 65535, not 'http'"],
    ['h:', "'h:': the port must be 1 to 65535, not ''"],
  ])('refuses %j, naming what is wrong', (text, message) => {
    expect(() => parseTarget(text)).toThrow(message);
  });
});
