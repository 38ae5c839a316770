import { describe, expect } from 'vitest';
import { type FactLab, fact } from '../../fixtures/kernel-fact.js';
import { agreed } from '../../fixtures/monitored-lab.js';
import { waitFor } from '../../lab/index.js';

// docs/kernel.md 12 and 36: IPv6 routes that run out, of which the kernel says nothing.

/** Waits until the kernel takes the route for gone, then until the mirror does. */
async function runsOut(
  lab: FactLab,
  destination: string,
  { before }: { readonly before: string },
): Promise<void> {
  const linkOf = (ask: 'lookup' | 'lookupKernel') => lab.monitor[ask](destination).gateway;
  await waitFor(() => linkOf('lookupKernel') !== before, {
    what: 'the kernel to pass over the route',
    timeoutMs: 10_000,
  });
  await waitFor(() => linkOf('lookup') === linkOf('lookupKernel'), {
    what: 'the mirror to pass over it, too',
  });
}

describe('12', () => {
  const gateway = '2001:db8:2::fd';

  fact('12: a route that ran out does not count, though dumps still have it', async (lab) => {
    await lab.client.ip(`route add 2001:db8:9::/64 via ${gateway} dev eth0 expires 2`);
    await waitFor(() => lab.monitor.lookup('2001:db8:9::1').gateway === gateway, { what: 'the route' });
    const flow = lab.watch({ local: '2001:db8:2::1', remote: '2001:db8:9::1' });
    await runsOut(lab, '2001:db8:9::1', { before: gateway });
    await waitFor(() => flow.verdict.kind === 'unroutable', { what: 'the flow to be told' });
    expect(flow.answers()).toEqual(agreed('unroutable gateway-removed'));
  });

  fact('12: the default of a router that is no longer heard runs out', async (lab) => {
    await lab.client.ip(`route add default via ${gateway} dev eth0 metric 50 expires 2`);
    await waitFor(() => lab.monitor.state.defaultPaths[6]?.gateway === gateway, { what: 'the default' });
    const { generation } = lab.monitor.state;
    const flow = lab.watch(lab.toServer('ethernet', 'v6'));
    await runsOut(lab, '2600::1', { before: gateway });
    await waitFor(() => lab.monitor.state.defaultPaths[6]?.gateway !== gateway, { what: 'another default' });
    expect(lab.monitor.state.generation).toBeGreaterThan(generation);
    await waitFor(() => flow.verdict.kind === 'unroutable', { what: 'the flow to be told' });
    expect(flow.answers()).toEqual(agreed('unroutable gateway-removed'));
  });

  fact('12: a route that is renewed in time does not run out', async (lab) => {
    await lab.client.ip(`route add 2001:db8:9::/64 via ${gateway} dev eth0 expires 2`);
    await waitFor(() => lab.monitor.lookup('2001:db8:9::1').gateway === gateway, { what: 'the route' });
    const flow = lab.watch({ local: '2001:db8:2::1', remote: '2001:db8:9::1' });
    await lab.ip(`route replace 2001:db8:9::/64 via ${gateway} dev eth0 expires 100`);
    await lab.ip(`route add 2001:db8:a::/64 via ${gateway} dev eth0 expires 3`);
    // By then the first time would be up.
    await runsOut(lab, '2001:db8:a::1', { before: gateway });
    expect(flow.told).toEqual([]);
    expect(flow.answers()).toEqual(agreed('routable'));
  });

  fact('12: a route that is made to last does not run out', async (lab) => {
    await lab.client.ip(`route add 2001:db8:9::/64 via ${gateway} dev eth0 expires 2`);
    await waitFor(() => lab.monitor.lookup('2001:db8:9::1').gateway === gateway, { what: 'the route' });
    const flow = lab.watch({ local: '2001:db8:2::1', remote: '2001:db8:9::1' });
    await lab.ip(`route replace 2001:db8:9::/64 via ${gateway} dev eth0`);
    await lab.ip(`route add 2001:db8:a::/64 via ${gateway} dev eth0 expires 3`);
    await runsOut(lab, '2001:db8:a::1', { before: gateway });
    expect(flow.told).toEqual([]);
    expect(flow.answers()).toEqual(agreed('routable'));
  });
});

fact('36: an IPv6 address renewal can end the connected route', async (lab) => {
  const flow = lab.watch({ local: '2001:db8:2::1', remote: '2001:db8:2::fe' });
  await lab.ip('addr replace 2001:db8:2::1/64 dev eth0 nodad valid_lft 1000 preferred_lft 1000');
  // Whatever this kernel makes of it, mirror and kernel say the same.
  const { told, mirror, kernel } = flow.answers();
  expect([told, mirror]).toEqual([kernel, kernel]);
});
