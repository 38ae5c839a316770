import { fileURLToPath } from 'node:url';
import type { Host, HostProcess } from '../lab/index.js';
import type { Side } from './crowd-protocol.js';

/** Who lives through the chaos: an application, and the servers that it needs. */
export interface Crowd {
  /** What its members use, one after the other. */
  readonly libraries: readonly string[];
  /** Starts a server for each of these; resolves to their ports. */
  serve(host: Host): Promise<Readonly<Record<string, number>>>;
  /** Starts the application, which obeys and tells as crowd-protocol.ts says. `sides`: by the client's addresses. */
  start(host: Host, sides: Readonly<Record<string, Side>>): Promise<HostProcess>;
}

// A start with every core busy.
const START = { timeoutMs: 60_000 } as const;

/** By its path from this folder. */
function file(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

/** A program of this folder in a host. Node 20 runs no TypeScript by itself. */
function program(host: Host, name: string, args: readonly string[] = []): Promise<HostProcess> {
  return host.spawn(process.execPath, ['--import', 'tsx', file(`./${name}.ts`), ...args]);
}

async function portsOf(servers: HostProcess): Promise<Readonly<Record<string, number>>> {
  return JSON.parse(await servers.nextLine(() => true, START)) as Record<string, number>;
}

/** Without PostgreSQL, whose server serves four, and `fetch`, whose connections nobody can close. */
const LIBRARIES = [
  ...['net', 'tls', 'tls-over-net', 'http', 'https', 'undici', 'ws', 'http2', 'socket-io', 'mqtt', 'ssh2'],
] as const;

/** A Node application with connections of many libraries, guarded by `registry.trackAll()`. */
export const libraryCrowd: Crowd = {
  libraries: LIBRARIES,
  serve: async (host) => portsOf(await program(host, 'servers', LIBRARIES)),
  async start(host, sides) {
    const crowd = await program(host, 'crowd', [JSON.stringify(sides)]);
    await crowd.nextLine((line) => line.includes('"ready"'), START);
    return crowd;
  },
};

// To each of four addresses (two links, two families) from one page: six HTTP connections are what Chromium opens to one server.
const PAGE_LIBRARIES = [
  ...['WebSocket', 'fetch', 'WebSocket', 'EventSource', 'WebSocket', 'fetch', 'WebSocket'],
  ...['EventSource', 'WebSocket', 'fetch', 'WebSocket', 'EventSource', 'WebSocket'],
] as const;

/** How many members fill a page of {@link pageCrowd}. */
export const MEMBERS_A_PAGE = 4 * PAGE_LIBRARIES.length;

/** An Electron that is ready to be spawned. */
export interface SpawnableElectron {
  readonly executable: string;
  /** What it needs in its environment. */
  readonly env: Readonly<Record<string, string>>;
}

/** Real Electron, whose pages hold connections of Chromium's and know nothing of roamkit. */
export function pageCrowd({ executable, env }: SpawnableElectron, userData: string): Crowd {
  return {
    libraries: PAGE_LIBRARIES,
    async serve(host) {
      const { port } = (await portsOf(await program(host, 'page-server'))) as { readonly port: number };
      return Object.fromEntries(PAGE_LIBRARIES.map((name) => [name, port]));
    },
    async start(host, sides) {
      const settings = JSON.stringify({ sides, membersAPage: MEMBERS_A_PAGE });
      const crowd = await host.spawn(
        executable,
        ['-r', file('../e2e/apps/fail-fast.cjs'), `--user-data-dir=${userData}`, file('./pages/main.mjs')],
        { env: { ...env, ROAMKIT_CHAOS: settings } },
      );
      await crowd.nextLine((line) => line.includes('"ready"'), START);
      return crowd;
    },
  };
}
