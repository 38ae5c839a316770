import type { LookupAddress, LookupAllOptions } from 'node:dns';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Lookup, LookupOptions } from '../../../../core/network-types.js';
import { type ResolveAll, routedLookup } from '../../../../main/destination/routed-lookup.js';
import { sortAddresses } from '../../../../main/destination/sort-addresses.js';
import { CAPABILITIES, stateWith, WIFI } from '../../support/network-states.js';

const V6 = { address: '2001:db8::1', family: 6 };
const V4 = { address: '203.0.113.1', family: 4 };

/** What mirror and kernel route; sources do not matter here. */
let mirror: Set<string>;
let kernel: Set<string> | null;
let asked: { hostname: string; options: LookupAllOptions }[];
let isClosed: boolean;

beforeEach(() => {
  mirror = new Set([V4.address, V6.address]);
  kernel = mirror;
  asked = [];
  isClosed = false;
});

const answer = (dst: string, isRoutable: boolean): Lookup => ({
  dst,
  routable: isRoutable,
  reason: isRoutable ? null : 'no-route',
  type: isRoutable ? 'unicast' : null,
  table: 254,
  prefix: null,
  oif: 2,
  link: 'wlan0',
  gateway: null,
  source: null,
  certain: true,
  nexthops: null,
});

function view() {
  return {
    state: stateWith(WIFI, 1),
    capabilities: { ...CAPABILITIES, kernelLookup: kernel !== null },
    isClosed,
    lookup: (dst: string, _options?: LookupOptions) => answer(dst, mirror.has(dst)),
    lookupKernel: (dst: string) => {
      if (kernel === null) throw new Error('not to be asked');
      return answer(dst, kernel.has(dst));
    },
  };
}

const resolvesTo =
  (addresses: LookupAddress[]): ResolveAll =>
  (hostname, options, callback) => {
    asked.push({ hostname, options });
    callback(null, addresses);
  };

function lookup(
  options: object,
  resolve = resolvesTo([V4, V6]),
): Promise<{ error: NodeJS.ErrnoException | null; address: unknown; family: number | undefined }> {
  return new Promise((done) => {
    routedLookup(view(), { resolve })('server.example', options, (error, address, family) =>
      done({ error, address, family }),
    );
  });
}

describe('routedLookup', () => {
  it('gives the best address, or all in their order', async () => {
    expect(await lookup({})).toEqual({ error: null, address: V6.address, family: 6 });
    expect(await lookup({ all: true })).toEqual({ error: null, address: [V6, V4], family: undefined });
  });

  it('leaves out what has no route', async () => {
    mirror.delete(V6.address);
    expect((await lookup({ all: true })).address).toEqual([V4]);
  });

  it('fails at once where nothing has a route', async () => {
    mirror.clear();
    const { error, address } = await lookup({ all: true });
    expect(error).toMatchObject({ code: 'ENETUNREACH', syscall: 'lookup', hostname: 'server.example' });
    expect(address).toEqual([]);
  });

  it('asks for all, as it was asked: family and hints go through', async () => {
    await lookup({ family: 4, hints: 32, verbatim: false });
    expect(asked).toEqual([
      { hostname: 'server.example', options: { family: 4, hints: 32, all: true, verbatim: true } },
    ]);
  });

  it('takes a family for its options, as dns.lookup does', async () => {
    await lookup(4 as unknown as object);
    expect(asked[0]?.options).toMatchObject({ family: 4, all: true });
  });

  it.each([
    [{ verbatim: false }, [V4, V6]],
    [{ verbatim: true }, [V6, V4]],
    [{ order: 'ipv4first' }, [V4, V6]],
    [{ order: 'ipv6first' }, [V6, V4]],
    [{ order: 'verbatim' }, [V6, V4]],
  ])('puts the family first that %j asks for', async (options, expected) => {
    expect((await lookup({ all: true, ...options })).address).toEqual(expected);
  });

  it('passes on why a name has no address', async () => {
    const error = Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
    const answered = await lookup({}, (_hostname, _options, callback) => callback(error, []));
    expect(answered.error).toBe(error);
  });

  it('leaves the order as it came once the monitor is closed', async () => {
    isClosed = true;
    mirror.clear();
    expect((await lookup({ all: true })).address).toEqual([V4, V6]);
  });

  it('hands over what a resolver gave that is no address as an error, and does not throw', async () => {
    const { error } = await lookup({}, resolvesTo([{ address: 'nonsense', family: 4 }]));
    expect(error).toMatchObject({ code: 'ERR_ROAMKIT_INVALID_ARGUMENT' });
  });
});

describe('sortAddresses', () => {
  it('leaves out only what the kernel has no route for either', () => {
    mirror = new Set();
    kernel = new Set([V4.address]);
    expect(sortAddresses([V6.address, V4.address], view())).toEqual([V4.address]);
  });

  it('keeps what the kernel could not be asked about', () => {
    const failing = {
      ...view(),
      lookup: (dst: string) => answer(dst, false),
      lookupKernel: () => {
        throw new Error('no descriptors left');
      },
    };
    expect(sortAddresses([V4.address], failing)).toEqual([V4.address]);
  });

  it('goes by the mirror alone where the kernel cannot be asked', () => {
    mirror.delete(V6.address);
    kernel = null;
    expect(sortAddresses([V6.address, V4.address], view())).toEqual([V4.address]);
  });

  it('judges IPv4-mapped addresses as IPv4, and gives them back as they were', () => {
    const mapped = '::ffff:203.0.113.1';
    expect(sortAddresses([mapped, V6.address], view())).toEqual([V6.address, mapped]);
  });

  it('keeps the family of the source that is given', () => {
    const addresses = [V6.address, V4.address];
    expect(sortAddresses(addresses, view(), { source: '192.0.2.1' })).toEqual([V4.address]);
    expect(sortAddresses(addresses, view(), { source: '2001:db8::2' })).toEqual([V6.address]);
  });

  it('leaves the order as it is where the rules do not say', () => {
    mirror = new Set(['203.0.113.9', '203.0.113.1', '203.0.113.5']);
    kernel = mirror;
    expect(sortAddresses([...mirror], view())).toEqual([...mirror]);
  });

  it('refuses what is no address', () => {
    expect(() => sortAddresses(['example.org'], view())).toThrow(
      expect.objectContaining({
        code: 'ERR_ROAMKIT_INVALID_ARGUMENT',
        message: expect.stringMatching(/^addresses: /),
      }),
    );
  });
});
