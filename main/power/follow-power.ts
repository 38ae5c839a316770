import { invalidArgument } from '../../core/errors.js';
import type { ConnectionRegistry } from '../registry/connection-registry.js';
import type { PowerSource } from './power-source.js';

/**
 * Lets a registry follow the machine's sleep. After a resume, in this order: the network's state is read anew, all
 * connections are judged by it, the dead ones are closed, the registry tells `resumed`, and a reconnect signal and the bus's
 * messages follow from that. Between a `suspend` and the `resume` nothing is closed. `startRoamkit` calls it with
 * Electron's `powerMonitor`.
 *
 * ```ts
 * using power = followPower(new ClockJumpSource(), registry);
 * ```
 * @throws RoamkitError `ERR_ROAMKIT_INVALID_ARGUMENT` on a source that is none.
 */
export function followPower(
  source: PowerSource,
  registry: Pick<ConnectionRegistry, 'suspend' | 'resume'>,
): Disposable {
  if (typeof source?.watch !== 'function') throw invalidArgument('source', 'must be a PowerSource');
  const stop = source.watch((event) => {
    if (event === 'suspend') registry.suspend();
    else void registry.resume();
  });
  return { [Symbol.dispose]: stop };
}
