import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import { bundle } from '../fixtures/program.js';
import { linkDown, twoLinkLab } from '../lab/index.js';

// One application may have both builds of the package in one process: its own code as ESM, a library's as CommonJS.

type Product = typeof import('../../main/index.js');

it('an error of one build is an instance of the classes of the other', async () => {
  const esm = (await import(await bundle('product', 'esm'))) as Product;
  const cjs = createRequire(import.meta.url)(await bundle('product', 'cjs')) as Product;
  expect(esm.UnroutableError).not.toBe(cjs.UnroutableError);
  await using net = await twoLinkLab();
  const { ethernet, server } = net.addresses;
  const errors: Error[] = [];
  const monitors = [];
  for (const { NetworkMonitor, ConnectionRegistry } of [esm, cjs]) {
    const monitor = await NetworkMonitor.start({ netns: net.client.netns });
    monitors.push(monitor);
    const registry = new ConnectionRegistry(monitor, { policy: { 'link-down': { graceMs: 0 } } });
    const closed = new Promise<void>((resolve) => registry.once('invalidated', () => resolve()));
    registry.track({
      local: { address: ethernet.v4, port: 1 },
      remote: { address: server.v4, port: 443 },
      close: (error) => errors.push(error),
    });
    const undo = await linkDown(net.ethernet.a);
    await closed;
    await undo();
  }
  const { code: invalid } = await esm.NetworkMonitor.start({ netns: '' }).catch((error) => error);
  expect(invalid).toBe('ERR_ROAMKIT_INVALID_ARGUMENT');
  for (const error of errors) {
    for (const { RoamkitError, UnroutableError } of [esm, cjs]) {
      expect(error).toBeInstanceOf(Error);
      expect(error instanceof RoamkitError).toBe(true);
      expect(error instanceof UnroutableError).toBe(true);
    }
  }
  expect(errors).toHaveLength(2);
  await Promise.all(monitors.map((monitor) => monitor.close()));
});
