import { describe, expect, it } from 'vitest';
import {
  isSameConfiguration,
  parseResolverConfiguration,
} from '../../../../main/resolver/resolver-configuration.js';

describe('parseResolverConfiguration', () => {
  it('reads what resolv.conf(5) names', () => {
    const text = [
      '# nameserver 192.0.2.9',
      ' ; a comment too',
      'nameserver 192.0.2.1 and what follows',
      'nameserver\t2001:db8::1%eth0',
      'search old.example',
      'domain home.example',
      'search example.com corp.example',
      'options ndots:2 rotate',
      'options timeout:1',
      'sortlist 192.0.2.0/255.255.255.0',
      'unheard of',
      '',
    ].join('\n');
    expect(parseResolverConfiguration(text, '')).toEqual({
      nameservers: ['192.0.2.1', '2001:db8::1%eth0'],
      upstreamNameservers: [],
      searchDomains: ['example.com', 'corp.example'],
      options: ['ndots:2', 'rotate', 'timeout:1', '192.0.2.0/255.255.255.0'],
    });
  });

  it("keeps systemd-resolved's servers apart from its stub", () => {
    const stub = 'nameserver 127.0.0.53\nsearch example.com\n';
    const upstream = 'nameserver 192.0.2.1\nsearch example.com corp.example\n';
    expect(parseResolverConfiguration(stub, upstream)).toEqual({
      nameservers: ['127.0.0.53'],
      upstreamNameservers: ['192.0.2.1'],
      searchDomains: ['example.com', 'corp.example'],
      options: [],
    });
  });
});

describe('isSameConfiguration', () => {
  const parse = (text: string) => parseResolverConfiguration(text, '');

  it('ignores comments and white space', () => {
    const [one, other] = [parse('nameserver 192.0.2.1\n'), parse('# new\n\n  nameserver   192.0.2.1')];
    expect(isSameConfiguration(one, other)).toBe(true);
  });

  it.each(['nameserver 192.0.2.2\nnameserver 192.0.2.1', 'nameserver 192.0.2.1\noptions rotate'])(
    'sees the order of servers, and options: %j',
    (text) => {
      expect(isSameConfiguration(parse('nameserver 192.0.2.1\nnameserver 192.0.2.2'), parse(text))).toBe(
        false,
      );
    },
  );
});
