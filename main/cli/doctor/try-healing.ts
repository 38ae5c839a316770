import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { accessTo, type ChromiumAccess, coarse } from '../../chromium/chromium-access.js';
import { cookieHalves, heldSockets } from '../../chromium/held-socket.js';
import type { NativeAddon, NativeError } from '../../monitor/native-addon.js';

// A process starts in a tenth of a second; this is for a machine with every core busy.
const PATIENCE_MS = 5000;

/** Connects over loopback, says so, and says what became of the connection. */
const CHILD = `
const socket = require('node:net').connect(Number(process.argv[1]), '127.0.0.1');
socket.on('connect', () => console.log('connected'));
socket.on('error', (error) => console.log(error.code));
socket.on('close', () => process.exit());
process.stdin.resume().on('end', () => process.exit());
`;

/**
 * Ends the connection of a process that is started for that, as Chromium's are: that works, or does not, for the same reasons.
 * `null`: it could not be tried, because there is no loopback, say.
 */
export async function tryHealing(
  addon: Pick<NativeAddon, 'takeInventory' | 'resetSocket'>,
): Promise<ChromiumAccess | null> {
  const server = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1');
  let child: ChildProcess | null = null;
  try {
    child = await connectedChild(server);
    return child === null ? null : await heal(addon, child);
  } catch {
    return null;
  } finally {
    child?.kill('SIGKILL');
    server.close();
  }
}

async function connectedChild(server: Server): Promise<ChildProcess | null> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  if (!server.listening) await once(server, 'listening', { signal });
  const { port } = server.address() as AddressInfo;
  const child = spawn(process.execPath, ['-e', CHILD, String(port)], {
    stdio: ['pipe', 'pipe', 'ignore'],
    // Where Node is Electron's.
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
  });
  try {
    const [said] = (await once(child.stdout, 'data', { signal })) as [Buffer];
    return String(said).startsWith('connected') ? child : null;
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}

async function heal(
  addon: Pick<NativeAddon, 'takeInventory' | 'resetSocket'>,
  child: ChildProcess,
): Promise<ChromiumAccess | null> {
  const { pid = 0, stdout } = child;
  const inventory = await takeInventory(addon, pid);
  if ('healing' in inventory) return inventory;
  const access = accessTo(inventory);
  const [socket] = heldSockets(inventory);
  if (access.healing !== 'precise' || socket === undefined || stdout === null) {
    return access.healing === 'precise' ? null : access;
  }
  const heard = once(stdout, 'data', { signal: AbortSignal.timeout(PATIENCE_MS) });
  try {
    addon.resetSocket(socket.pid, socket.fd, socket.inode, ...cookieHalves(socket.cookie));
  } catch (error) {
    heard.catch(() => {});
    return coarse(error as NativeError, pid);
  }
  await heard;
  return access;
}

async function takeInventory(
  addon: Pick<NativeAddon, 'takeInventory'>,
  pid: number,
): Promise<Awaited<ReturnType<NativeAddon['takeInventory']>> | ChromiumAccess> {
  try {
    return await addon.takeInventory([pid]);
  } catch (error) {
    return coarse(error as NativeError, pid);
  }
}
