import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Host, type TwoLinkLab, twoLinkLab } from '../../test/lab/index.js';

/** 25 s where `ip -batch` has a core of its own; 1,000,000 routes on a busy machine take a few times that. */
const IP_TIMEOUT_MS = 300_000;

/** The nth /24 from 16.0.0.0/8 up: a dense table, the worst for a trie's memory, as every second node is an inner one. */
export function prefixOf(n: number): string {
  return `${networkOf(n)}.0/24`;
}

/** An address within {@link prefixOf}. */
export function addressOf(n: number): string {
  return `${networkOf(n)}.${(n % 254) + 1}`;
}

function networkOf(n: number): string {
  return `${16 + (n >> 16)}.${(n >> 8) & 255}.${n & 255}`;
}

/** Runs `ip` commands from a file, which one `ip -batch` reads as fast as it can; resolves to how long that took. */
export async function ipFile(host: Host, commands: Iterable<string>): Promise<number> {
  const folder = await mkdtemp(path.join(tmpdir(), 'roamkit-bench-'));
  try {
    const file = path.join(folder, 'commands');
    await writeFile(file, `${[...commands].join('\n')}\n`);
    const start = performance.now();
    await host.exec('ip', ['-batch', file], { timeoutMs: IP_TIMEOUT_MS });
    return performance.now() - start;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The usual lab, whose client has this many more routes by its Wi-Fi. */
export async function largeNetwork(routes: number): Promise<TwoLinkLab> {
  const net = await twoLinkLab();
  try {
    const commands = Array.from({ length: routes }, (_, n) => `route add ${prefixOf(n)} via 192.0.2.254`);
    const ms = await ipFile(net.client, commands);
    console.log(`${routes} routes added in ${(ms / 1000).toFixed(1)} s`);
    return net;
  } catch (error) {
    await net.close();
    throw error;
  }
}
