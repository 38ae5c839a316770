import type { PowerSource } from '../power/power-source.js';

/** Electron's `powerMonitor`, as much of it as is used. */
interface PowerMonitor {
  on(event: 'suspend' | 'resume', listener: () => void): unknown;
  off(event: 'suspend' | 'resume', listener: () => void): unknown;
}

/** Electron's news of the machine's sleep (on Linux systemd-logind's PrepareForSleep). */
export function electronPower(powerMonitor: PowerMonitor): PowerSource {
  return {
    watch(listener) {
      const suspended = (): void => listener('suspend');
      const resumed = (): void => listener('resume');
      powerMonitor.on('suspend', suspended);
      powerMonitor.on('resume', resumed);
      return () => {
        powerMonitor.off('suspend', suspended);
        powerMonitor.off('resume', resumed);
      };
    },
  };
}
