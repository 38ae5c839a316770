/**
 * Sends on what comes in at either of two sockets, until one of them ends or fails.
 *
 * @param {import('node:net').Socket} client
 * @param {import('node:net').Socket} target
 */
export function relay(client, target) {
  client.pipe(target).pipe(client);
  for (const [one, other] of [
    [client, target],
    [target, client],
  ]) {
    one.on('error', () => other.destroy());
    one.once('close', () => other.destroy());
  }
}
