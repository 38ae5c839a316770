import { spawn } from 'node:child_process';

/**
 * A display for windows: the one that is there, or an Xvfb of our own on a free number.
 *
 * @param {{ width?: number, height?: number }} [size] of an Xvfb's screen, in pixels
 * @returns {Promise<{ env: NodeJS.ProcessEnv, isVirtual: boolean, stop: () => void }>} `env`: what a program needs
 * in its environment to find the display
 */
export async function openDisplay({ width = 1600, height = 1200 } = {}) {
  if (process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY']) {
    return { env: {}, isVirtual: false, stop: () => {} };
  }
  // Xvfb picks the number and writes it to descriptor 3 once it is ready.
  const server = spawn(
    'Xvfb',
    ['-displayfd', '3', '-screen', '0', `${width}x${height}x24`, '-nolisten', 'tcp'],
    {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    },
  );
  const number = await firstLine(server);
  const stop = () => {
    server.kill();
  };
  process.once('exit', stop);
  return { env: { DISPLAY: `:${number}` }, isVirtual: true, stop };
}

function firstLine(server) {
  return new Promise((resolve, reject) => {
    let text = '';
    server.once('error', reject);
    server.once('exit', (code) => reject(new Error(`Xvfb ended with code ${code} before it was ready`)));
    server.stdio[3].on('data', (chunk) => {
      text += chunk;
      if (text.includes('\n')) resolve(text.trim());
    });
  });
}
