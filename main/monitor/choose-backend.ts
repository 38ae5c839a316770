import { RoamkitError } from '../../core/errors.js';
import type { MonitorBackend, MonitorBatch } from './backend.js';
import type { NetworkMonitorOptions } from './monitor-options.js';
import { loadNativeAddon, type NativeAddon } from './native-addon.js';
import { NetlinkBackend } from './netlink-backend.js';
import { PortableBackend } from './portable-backend.js';

interface StartedBackend {
  readonly backend: MonitorBackend;
  readonly initial: MonitorBatch;
}

/** Starts the best backend that `options` allow and this machine has. */
export async function chooseBackend(
  options: NetworkMonitorOptions,
  onBatch: (batch: MonitorBatch) => void,
): Promise<StartedBackend> {
  const wanted = options.backend ?? 'auto';
  if (wanted === 'portable') return startPortable(['the portable backend was asked for'], onBatch);
  try {
    const backend = new NetlinkBackend(loadAddon(), options);
    return { backend, initial: await backend.start(onBatch) };
  } catch (error) {
    // A namespace that was named must not be swapped for the process's own without a word.
    if (wanted === 'netlink' || options.netns !== undefined) throw error;
    return startPortable([error instanceof Error ? error.message : String(error)], onBatch);
  }
}

async function startPortable(
  missing: readonly string[],
  onBatch: (batch: MonitorBatch) => void,
): Promise<StartedBackend> {
  const backend = new PortableBackend(missing);
  return { backend, initial: await backend.start(onBatch) };
}

function loadAddon(): NativeAddon {
  if (process.platform !== 'linux') {
    throw new RoamkitError(
      'ERR_ROAMKIT_UNSUPPORTED_PLATFORM',
      `netlink exists on Linux only, and this is ${process.platform}`,
    );
  }
  try {
    return loadNativeAddon();
  } catch (cause) {
    throw new RoamkitError(
      'ERR_ROAMKIT_UNSUPPORTED_PLATFORM',
      `there is no native addon for ${process.platform}-${process.arch}; reinstall roamkit where a C++ compiler is at hand`,
      { cause },
    );
  }
}
